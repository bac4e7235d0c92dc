"""The operational store, SQLite or PostgreSQL: what ingest, people and the loops must not forget.

Every function takes a :class:`sqlalchemy.Connection`, so that several effects share one transaction, and the present
time as an argument. Open the store with ``tongguan.records.database.Database.open(dsn)``.

========================  ==========================================================================================
module                    what it keeps
========================  ==========================================================================================
``database``              the store itself: open, migrate, write and read transactions
``tables``, ``columns``   every table (``kept_tables``: those of saved views and notes); times as UTC microseconds
``ledger``                received = accepted + duplicate + quarantined + rejected, per source and hour; freshness
``cursors``, ``blocks``   where a reader stands; which block the loader planned and finished
``deliveries``            the recent batches; ``imports``: how far a file has been read
``quarantine``            records set aside, encrypted, and what became of them
``idempotency``           answers already given to a sender's key
``vault``, ``erasure``    personal values behind tokens, and their destruction; ``mask`` hides them in free text
``audit``                 who did what, append-only, chained by hashes
``outbox``                rows that must still become events
``regions``               the book of regions: names, and what lies in what
``annotations``           notes that users write at days of an indicator
``rule_books``            every version of the time limits, and drafts of the next one (``rule_tables``)
``users``, ``passwords``  who may sign in; ``sign_in`` counts failures; ``sessions`` browsers; ``tokens`` programs
========================  ==========================================================================================

Nothing is imported here: importing the package costs nothing.
"""
