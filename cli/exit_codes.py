"""The exit codes, as every help page prints them; the first line keeps click from filling them."""

EXIT_STATUS = """\
\b
Exit status:
  0    ok
  2    usage
  3    verification failed: something is proven wrong
  4    overdue, or an open finding (only with --fail-overdue, --fail-open)
  5    input rejected
  6    not found
  7    locked, or a conflict
  8    key or passphrase missing or wrong
  9    could not check: a part that was asked for is absent
  130  interrupted; what was acknowledged is there
"""
