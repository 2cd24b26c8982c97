"""`ringbook sentences`: everything a voice agent may be given to say."""

from __future__ import annotations

import click

from app.cli.output import json_option, print_json, print_table


@click.command(name="sentences")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="The language to show.")
@json_option
def command(language: str, as_json: bool) -> None:
    """Print every sentence with an example for each case."""
    from app.domain.speech import languages, samples  # loads the catalogues

    if language not in languages():
        raise click.UsageError(f"There are no sentences in {language!r}. There are: {', '.join(languages())}.")
    rows = [(str(case), sentence) for case, sentence in samples(language)]
    if as_json:
        print_json([{"case": case, "sentence": sentence} for case, sentence in rows])
    else:
        print_table(("case", "sentence"), rows, empty="")
