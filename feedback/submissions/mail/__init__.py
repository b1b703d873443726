"""Mail from a hand-out (DESIGN 11): each student the link to their own report, once.

wording   the teacher's words with a student's own in them; the message as it is sent
outbox    who is to have a mail, which is due, claimed at a bounded rate, and what came of it
server    the conversation with the mail server, and what is known when it ends
mailer    the thread of each worker process that does it
"""
