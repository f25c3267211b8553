/**
 * The style sheet of the pictures. The colours are those of Okabe and Ito, which people see apart who see few colours, lighter where it is
 * dark; and nothing is told by colour alone.
 */
export const STYLE = `
svg{--paper:#fff;--band:#f3f5f8;--line:#d5dae1;--ink:#1b2430;--faint:#5a6675;--start:#e69f00;--up:#009e73;--wait:#8a94a3;--bad:#c73e00;--order:#9a5b00;--traffic:#0072b2;--word:#8f4a7c}
@media (prefers-color-scheme:dark){svg{--paper:#14181f;--band:#1d232d;--line:#353e4b;--ink:#e8ecf1;--faint:#9fabba;--start:#f0b429;--up:#2bb88d;--wait:#8a97a8;--bad:#ff7a45;--order:#e5a24a;--traffic:#5cb3ee;--word:#dd9bc8}}
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
.title{font-size:16px;font-weight:600}
.faint{fill:var(--faint)}
.name{font-weight:600}
.failed{fill:var(--bad);font-weight:600}
.paper{fill:var(--paper)}
.band{fill:var(--band)}
.line{stroke:var(--line);fill:none}
.starting{fill:var(--paper);stroke:var(--start);stroke-width:1.5}
.starting-tint{fill:var(--start);opacity:.25}
.ready{fill:var(--up);stroke:var(--up);stroke-width:1.5}
.backoff{fill:url(#hatch);stroke:var(--wait)}
.hatch{stroke:var(--wait);stroke-width:1.4}
.goes-on{fill:none;stroke:var(--paper);stroke-width:2}
.sign{stroke:var(--paper);stroke-width:1.6;paint-order:stroke}
.bad{fill:var(--bad)}.order{fill:var(--order)}.end{fill:var(--ink)}.traffic{fill:var(--traffic)}.word{fill:var(--word)}
.hollow{fill:var(--paper);stroke-width:1.8;paint-order:normal}
.hollow.bad{stroke:var(--bad)}.hollow.end{stroke:var(--ink)}.hollow.traffic{stroke:var(--traffic)}
.plate{fill:var(--paper);opacity:.88}
`.trim()
