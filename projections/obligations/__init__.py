"""The engine of the clause language: what is due, for whom, since when, by what is known.

Read `answer` (what comes out) and `engine` (how a clause is handed to its pattern) first. From entry to answer:

- `projection` keeps facts; `statements` applies corrections, retractions and mandates; `facts` indexes them.
- `lifecycle`, `signatures`, `powers` work out who is bound when, in which version; `life` holds the result.
- `holdings`, `agreements`, `validity`: how long a copy, an agreement and a fact last.
- `parties`, `matching`, `units`, `conditions`, `truth` read the expressions of a clause, three-valued and over time.
- `response` (with `openings`, `clock`, `beside`), `recurrence` and `standing` (with `duties`, `binding`) give
  obligations; `precedence`, `prohibition` and `limit` (with `acting`) violations; `power` and `gaps` the rest.
- `part` is what one address gives; `asking` is the moment, which notes how long an answer holds; `remembered`,
  `renewing` keep parts and tell which still hold; in a `listing` the rest is only counted.
"""
