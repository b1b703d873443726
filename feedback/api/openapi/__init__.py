"""The OpenAPI description, made from the types and the table of operations."""
