"""Alerts carried on over HTTP: from the alert topics to one receiver, signed.

Owns the way of an alert from its record to the receiver's answer, and what becomes of those that
the receiver does not take. Must not know a command. Alerts travel as CloudEvents 1.0 over HTTP;
signature and headers follow the Standard Webhooks conventions.
"""
