"""What the tests stand on: real servers and real processes of the service, started only when a test asks for them."""
