"""The paragraphs of which reports are made, subject by subject: each a function of an account and of the number that it bears."""
