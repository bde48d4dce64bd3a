"""`verify.html`: the second verifier, one page that checks a bundle in a browser, without network and without library.

The page is joined from the files beside this one, and from data: the catalogue of events, and its texts in two
languages. It is written from the formats' documentation and shares no code with `ledger.bundle.verify`; a test holds
the two to the same verdicts. Whoever checks a bundle takes the page from a release, never from a bundle.
"""
