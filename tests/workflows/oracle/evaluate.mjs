// Evaluates expressions as GitHub does: a JSON line of contexts and one each of [expression, number of its context] in,
// JSON lines of {value} or {error} out.
// A value is null, true, false, {string}, {number} as text, {array} or {object} as pairs: no two kinds look alike.

import { createInterface } from "node:readline";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

const answer = (value) => ({ name: value[0], minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value[1]) });
const STATUS = Object.entries({ always: true, success: true, failure: false, cancelled: false }).map(answer);
const FUNCTIONS = new Map(STATUS.map((each) => [each.name, each]));

function evaluate(expression, context) {
  const { tokens } = new Lexer(expression).lex();
  const names = context.pairs().map(({ key }) => key);
  const tree = new Parser(tokens, names, STATUS).parse();
  if (tree === undefined) {
    throw new Error("an empty expression");
  }
  return new Evaluator(tree, context, FUNCTIONS).evaluate();
}

function plain(value) {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Number:
      return { number: Object.is(value.value, -0) ? "-0" : String(value.value) };
    case data.Kind.String:
      return { string: value.value };
    case data.Kind.Array:
      return { array: value.values().map(plain) };
    default:
      return { object: value.pairs().map((pair) => [pair.key, plain(pair.value)]) };
  }
}

const results = [];
let contexts;
for await (const line of createInterface({ input: process.stdin })) {
  if (contexts === undefined) {
    contexts = JSON.parse(line).map((each) => JSON.parse(JSON.stringify(each), data.reviver));
    continue;
  }
  const [expression, number] = JSON.parse(line);
  let result;
  try {
    result = { value: plain(evaluate(expression, contexts[number])) };
  } catch (error) {
    result = { error: error.message };
  }
  results.push(JSON.stringify(result));
}
process.stdout.write(results.join("\n") + "\n");
