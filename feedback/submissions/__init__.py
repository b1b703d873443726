"""What callers do with a submission: send it, hand it out, erase it, look after it."""
