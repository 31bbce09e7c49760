"""Whom to call for what a run found: read, decided, told, and kept that it was told.

calling     the whole of it, as `asbuilt alert` and `asbuilt watch` use it
reading     a run's record as `told`: what it says of causes
decide      the state after a run, from the state before it, with what is to be told in its outbox
keeping     where the state is kept: a file, or what stands for one
deliver     one message to one target: one of `services`, or one of `issues`
words       what a message says
"""
