"""Notices as text: what a reader is told, in their language.

A language is one file of Jinja macros, `en.jinja`: one macro a fact, and some for what is said of
each. `block.jinja` and `mail.html.jinja` put them in order. A file of the same name among the own
templates goes before ours, macro by macro. Templates are sandboxed, see inert text only
(`monitor.notifiers.texts.views`), and are tried with every kind of fact when they are loaded.
"""

from __future__ import annotations

from monitor.notifiers.texts.rendering import LINE, MOST_IN_FULL, SCREEN, Said, Texts

__all__ = ["LINE", "MOST_IN_FULL", "SCREEN", "Said", "Texts"]
