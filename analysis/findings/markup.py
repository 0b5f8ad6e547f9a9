"""The HTML of a notebook's outputs, as templates in which every value is escaped."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE = """
{%- macro chart(alt, width, picture, dark) -%}
<style>.bw-chart{width:100%;height:auto}
{#- #}[data-jp-theme-light="false"] .bw-chart{filter:{{ dark }}}
{#- #}@media (prefers-color-scheme:dark){body:not([data-jp-theme-light]) .bw-chart{filter:{{ dark }}}}
{#- #}</style><img class="bw-chart" alt="{{ alt }}" width="{{ width }}" style="max-width:{{ width }}px"
{#- #} src="data:image/png;base64,{{ picture }}">
{%- endmacro -%}

{%- macro table(caption, heads, rows) -%}
<table><caption>{{ caption }}</caption>
{#- #}<thead><tr>{% for head in heads %}<th scope="col" style="text-align:left">{{ head }}</th>{% endfor %}</tr></thead>
{#- #}<tbody>
{%- for row in rows %}<tr>
  {%- for cell in row %}<td style="text-align:left">{{ cell }}</td>{% endfor -%}
</tr>{% endfor -%}
</tbody></table>
{%- endmacro -%}

{%- macro sentence(finding) -%}
{{ finding.text }}
{%- if finding.sources %} <small>[
  {%- for key in finding.sources | unique | sort(case_sensitive=true) -%}
    {%- if key in finding.links %}<a href="{{ finding.links[key] }}">{{ key }}</a>{% else %}{{ key }}{% endif -%}
    {%- if not loop.last %}; {% endif -%}
  {%- endfor -%}
]</small>{% endif -%}
{%- endmacro -%}

{%- macro finding(finding) -%}<p>{{ sentence(finding) }}</p>{%- endmacro -%}

{%- macro findings(items) -%}
<ul>{% for item in items %}<li>{{ sentence(item) }}</li>{% endfor %}</ul>
{%- endmacro -%}

{%- macro cover(title, line, handling) -%}
{%- if handling %}<p><strong>{{ handling }}</strong></p>{% endif %}<h1>{{ title }}</h1><p>{{ line }}</p>
{%- endmacro -%}

{%- macro bibliography(count, items) -%}
<details><summary>{{ count }} cited</summary><ol>
{%- for item in items %}<li>
  {%- if item.URL %}<a href="{{ item.URL }}">{{ item.title }}</a>{% else %}{{ item.title }}{% endif -%}
  , {{ item.publisher }}</li>
{%- endfor -%}
</ol></details>
{%- endmacro -%}
"""


def render(name: str, **values: object) -> str:
    """Return the HTML of one kind of output.

    Parameters
    ----------
    name : str
        "chart", "table", "finding", "findings", "cover" or "bibliography".
    values
        What its template names; every text among them is escaped.
    """
    return str(getattr(_template().module, name)(**values))


@cache
def _template() -> Template:
    from jinja2 import Environment
    from markupsafe import Markup

    def escaped(value: object) -> Markup:
        # As the standard library does it: notebooks that were stored before compare equal.
        return value if isinstance(value, Markup) else Markup(html.escape(str(value)))

    return Environment(autoescape=True, finalize=escaped).from_string(_TEMPLATE)
