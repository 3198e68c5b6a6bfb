"""E-mail, whichever way it comes: as its bytes, or taken apart by a provider's webhook.

`parsing` reads the bytes of a mail (in a process of its own: `process`, `child`), `apart` takes what providers have
parsed; `reading` makes of it what an inbox needs. `outgoing` composes answers, `smtp` sends them, `mailbox` looks into
mailboxes. `headers`, `charsets`, `bodies`, `quotes`, `sorts` and `ours` each know one thing about mail.
"""
