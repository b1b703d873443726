"""What `feedback.settings` is made from: the environment, the home folder and logging."""
