"""Which steps call the Heroku CLI, and where a call has its key from."""
