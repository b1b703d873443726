"""Read by `celery -A feedback flower` where it is started in this folder."""

# Flower is open to all who reach it, so to this machine alone; `--address` publishes it, with FLOWER_BASIC_AUTH.
address = "127.0.0.1"
