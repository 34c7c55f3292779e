"""Forwards alerts from the alert topics to one receiver.

Alerts are sent as CloudEvents 1.0. Over HTTP, signature and headers follow the Standard Webhooks
conventions. Alerts that the receiver does not accept become dead letters.
"""
