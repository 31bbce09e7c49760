// Sends what is due.
