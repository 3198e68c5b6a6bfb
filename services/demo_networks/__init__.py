"""The demo's networks that Vigie asks or listens to, and the answers of all others: each speaks as the real one does.

One module a network that keeps what is said there (`answer`, over a `board.Board`); `posts` answers for those that
bring what is said by a hook and are only answered. `world` serves them all, on the demo's own address.
"""
