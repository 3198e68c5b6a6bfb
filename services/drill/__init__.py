"""`vigie drill`: a scripted bad buzz, sent to the running instance as the networks would send it: signed, over HTTP.

Where to look: `data/` holds what people say, act by act, in plain files; `scenario` reads them; `plan` gives every line
an author (`people`), an id and a moment; `wire/` writes the bodies of each network; `sender` posts and retries;
`ledger` remembers on disk what was answered; `reading` asks the inbox what it has; `tally` counts; `report` prints;
`run` holds them together.
"""
