"""The demo's mail servers on loopback: a mailbox that Vigie looks into by IMAP, and SMTP that takes its answers."""
