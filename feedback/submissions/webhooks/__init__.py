"""Webhooks (DESIGN 11): who is told of finished tasks, what is sent, and how it gets there.

endpoints    made, rotated, disabled; their deliveries replayed
addresses    which URLs may be called, by what they say and by where they lead
sending      one POST: to the checked address, within a time, with a bounded answer
messages     the event's JSON and its signatures (Standard Webhooks 1.0)
secrets      encrypted at rest
outbox       which deliveries are due, claimed, and what came of them
deliverer    the thread of each worker process that does it
"""
