"""Raw record to event: named steps, closed reasons, spool, quarantine, ledger, exactly once."""
