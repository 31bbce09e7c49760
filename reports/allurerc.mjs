// How Allure 3 renders a run: one file that opens without a server, grouped as people ask:
// which system, which app or repository, which control.
import { readFileSync } from "node:fs";

export default {
  categories: JSON.parse(readFileSync(new URL("./categories.json", import.meta.url), "utf8")),
  // What pytest knows of a check and a reader need not.
  hideLabels: ["nodeid", "host", "thread", "framework", "language", "package", "parentSuite", "suite"],
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        reportLanguage: "en",
        groupBy: ["cause", "epic", "feature"],
        defaultSortBy: "status,asc",
      },
    },
  },
};
