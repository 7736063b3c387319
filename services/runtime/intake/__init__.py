"""
What both gateways do with what comes in: receipts, originals, and what became of them.

A message is kept, with its bytes and its receipt, in the step that answers its sender;
its items go to the gateway's inbound topic, are translated in a second step, and the
receipt follows each event until it is linked or refused.
"""
