"""The template files: which there are, and how they become phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.environment import TemplateModule
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.notifiers.texts.views import ItemView, compact, grouped, percent
from monitor.ports.notifier import AlertKind

OURS = Path(__file__).parent
SHIPPED = "shipped"
"""Under this name own templates can import ours: `{% import "shipped/en.jinja" as shipped %}`."""

_LANGUAGE, _BLOCK, _PAGE = ".jinja", "block.jinja", "mail.html.jinja"
_NO_LANGUAGE = (_BLOCK, _PAGE)
_PHRASES = (
    *(kind.value for kind in AlertKind),
    *("overview", "tally", "rest", "held", "test", "test_title"),
    *("facts", "quoted", "post", "page"),
)


def languages(own: Path | None) -> list[str]:
    """The languages that there are files of."""
    folders = [OURS, *([own] if own else [])]
    files = (path for folder in folders for path in folder.glob(f"*{_LANGUAGE}"))
    return sorted({path.stem for path in files if path.name not in _NO_LANGUAGE})


class Phrases:
    """The macros of a language, the own before ours."""

    def __init__(self, modules: Sequence[TemplateModule]) -> None:
        self._modules = modules

    def __getattr__(self, name: str) -> Callable[..., str]:
        for module in self._modules:
            if hasattr(module, name):
                found: Callable[..., str] = getattr(module, name)
                return found
        raise AttributeError(name)

    def headline(self, view: ItemView) -> str:
        """The sentence that is the fact."""
        told: str = getattr(self, view.kind.value)(view)
        return told


class Layout:
    """Phrases, and how they are put in order."""

    def __init__(self, phrases: Phrases, environment: ImmutableSandboxedEnvironment) -> None:
        self.phrases = phrases
        self._block = environment.get_template(_BLOCK)
        self._page = environment.get_template(_PAGE)

    def block(self, view: ItemView, *, is_alone: bool) -> str:
        """What is said of one fact; `is_alone`: the title is its headline already."""
        told = self._block.render(t=self.phrases, item=view, is_alone=is_alone)
        return "\n".join(line.strip() for line in told.splitlines() if line.strip())

    def page(self, **told: Any) -> str:
        return self._page.render(t=self.phrases, **told)


def load(language: str, own: Path | None, *, for_html: bool) -> Layout:
    """Raises ValueError for a template that cannot be read, and where a phrase is missing."""
    environment = _environment(own, for_html=for_html)
    try:
        phrases = Phrases(list(_modules(environment, language, own)))
        layout = Layout(phrases, environment)
    except TemplateSyntaxError as error:
        told = f"{error.name}, line {error.lineno}: {error.message}"
        raise ValueError(f"a template cannot be read: {told}") from None
    except (TemplateError, OSError, UnicodeError) as error:
        raise ValueError(f"a template cannot be read: {error}") from None
    missing = [name for name in _PHRASES if not hasattr(phrases, name)]
    if missing:
        raise ValueError(f"{language}.jinja has no macro {', '.join(missing)}")
    return layout


def _environment(own: Path | None, *, for_html: bool) -> ImmutableSandboxedEnvironment:
    ours = PackageLoader("monitor.notifiers.texts", ".")
    loaders: list[BaseLoader] = [FileSystemLoader(own)] if own else []
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*loaders, ours, PrefixLoader({SHIPPED: ours})]),
        autoescape=for_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"compact": compact, "grouped": grouped, "percent": percent}
    return environment


def _modules(
    environment: ImmutableSandboxedEnvironment, language: str, own: Path | None
) -> Sequence[TemplateModule]:
    name = f"{language}{_LANGUAGE}"
    names = [name] if own and (own / name).exists() else []
    names += [f"{SHIPPED}/{name}"] if (OURS / name).exists() else []
    return [environment.get_template(each).make_module() for each in names]
