// SPDX-License-Identifier: MIT
// Colours are never alone: every verdict has a shape and a word as well. What the page is on paper
// stands at the end.
#include "report/html/sections.h"

namespace lyncprobe::report::html {

const Literal kStyle = R"css(
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--page:#fff;--soft:#f3f5f8;--line:#d0d7de;--link:#0550ae;
--fail:#b3261e;--warn:#8a4b00;--open:#5b3fb0;--pass:#0a5f4e;--none:#57606a}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--page:#0d1117;--soft:#171d26;--line:#363e49;
--link:#79b8ff;--fail:#ff8a80;--warn:#ffb454;--open:#bda4ff;--pass:#5fd6b5;--none:#9da7b3}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:76rem;background:var(--page);color:var(--ink);
font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .75rem}
h2{font-size:1.35rem;margin:0 0 .75rem;border-bottom:2px solid var(--line);padding-bottom:.25rem}
h3{font-size:1.05rem;margin:1.25rem 0 .4rem}
section{margin:2.5rem 0 0}
p{margin:.35rem 0}.note,.end{max-width:64rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,button:focus-visible,input:focus-visible,.frame:focus-visible{
outline:3px solid var(--link);outline-offset:2px}
small{display:block;color:var(--dim);font-size:.85em}
.note,.where{color:var(--dim);font-size:.92em}
.v{font-weight:600;white-space:nowrap}
.v::before{display:inline-block;width:1.25em;text-align:center}
.fail.v{color:var(--fail)}.fail.v::before{content:"\2716"}
.warn.v{color:var(--warn)}.warn.v::before{content:"\25B2"}
.open.v{color:var(--open)}.open.v::before{content:"?"}
.pass.v{color:var(--pass)}.pass.v::before{content:"\2714"}
.none.v{color:var(--none)}.none.v::before{content:"\2013"}
.verdict{font-size:1.15rem;border-left:.4rem solid var(--line);padding:.4rem 0 .4rem .8rem;background:var(--soft)}
.verdict .v{font-size:1.3rem;text-transform:uppercase}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.6rem 0}
.facts dt{grid-column:1;color:var(--dim)}
.facts dd{grid-column:2;margin:0;max-width:60rem}
.facts .facts{margin:.2rem 0;font-size:.92em;gap:0 .8rem}
header h2{margin-top:1.5rem}
.first li{margin:.35rem 0}
.imp{display:inline-block;border:1px solid var(--none);color:var(--none);border-radius:1em;padding:0 .6em;
font-size:.8rem;font-weight:600;line-height:1.5}
.imp.a{border:2px solid var(--fail);color:var(--fail)}
.imp.b{border-color:var(--warn);color:var(--warn)}
nav{margin:1.5rem 0 0}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:0;padding:.5rem 0;border-block:1px solid var(--line)}
.item{border:1px solid var(--line);border-radius:.5rem;padding:.2rem 1rem .6rem;margin:.8rem 0;scroll-margin-top:1rem}
.item h3{margin:.6rem 0 .4rem}
.why{list-style:none;margin:0;padding:0}
.why .follows{margin-left:1.5rem}
form{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:center;padding:.6rem 0;
background:var(--page);border-bottom:1px solid var(--line)}
form[hidden]{display:none}
fieldset{display:flex;flex-wrap:wrap;gap:.2rem 1rem;border:0;margin:0;padding:0}
legend{float:left;padding:0;color:var(--dim)}
input,button{font:inherit;color:inherit}
input[type=search]{width:18rem;max-width:100%;padding:.25rem .5rem;border:1px solid var(--dim);border-radius:.3rem;background:var(--page)}
button{padding:.2rem .8rem;border:1px solid var(--dim);border-radius:.3rem;background:var(--soft);cursor:pointer}
.server h3{scroll-margin-top:4rem}
details{border:1px solid var(--line);border-left-width:.35rem;border-radius:.3rem;margin:.25rem 0;scroll-margin-top:4rem}
details.fail{border-left-color:var(--fail)}details.warn{border-left-color:var(--warn)}
details.open{border-left-color:var(--open)}details.pass{border-left-color:var(--pass)}
summary{padding:.25rem .6rem;cursor:pointer}
details>div{padding:0 1rem .5rem;scroll-margin-top:6rem}
.steps{list-style:none;margin:.4rem 0;padding:0 0 0 .6rem;border-left:2px solid var(--line)}
.steps>li{position:relative;padding:.1rem 0 .1rem 1.1rem}
.steps>li::before{position:absolute;left:-1.25rem;width:1.2rem;text-align:center;background:var(--page);font-weight:700;color:var(--none)}
.done::before{content:"\2714"}.steps .done::before{color:var(--pass)}
.ended::before{content:"\2716"}.steps .ended::before{color:var(--fail)}
.never::before{content:"\2013"}.never{color:var(--dim)}
.end{color:var(--fail);font-weight:600}
.steps ul{margin:.2rem 0;padding-left:0;list-style:none}
.steps ul li{margin:.4rem 0}
.steps ul .note{margin-left:1.5rem}
.frame{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--dim);padding:.2rem 0}
th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--soft)}
tbody th{font-weight:600}
tr:target,.item:target,details:has(>:target){outline:3px solid var(--link)}
thead th,td.m{overflow-wrap:normal}
#matrix tbody th,#trust tbody th{min-width:17rem;padding-block:.1rem}#matrix td.m,#trust td.m{padding-block:0}
#certificates tbody th,#certificates td:nth-child(2),#certificates td:nth-child(6){min-width:13rem}
#certificates td:nth-child(2){min-width:14.5rem}#certificates td.hex{min-width:12.6rem}#certificates td:nth-child(4){min-width:9.5rem}#certificates td:nth-child(5){min-width:6.6rem}
#certificates tbody th small{font-weight:400}
.hex{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.82rem}
.chain{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem 2.2rem;margin:.7rem 0;padding:0}
.chain li{position:relative;border:2px solid var(--dim);border-radius:.4rem;padding:.2rem .6rem;font-size:.9rem;max-width:100%}
.chain li+li::before{content:"\2192";position:absolute;left:-1.75rem;top:.5rem;color:var(--dim);font-size:1.2rem}
.chain .missing{border-style:dashed;border-color:var(--warn)}
.chain .extra{border-style:dotted}
.chain .anchor{border-style:double;border-width:4px;border-color:var(--pass)}
.m{text-align:center}td.m i{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);font-size:1px}
td.m{position:relative;font-size:1.05rem}thead .m{font-weight:600;vertical-align:bottom}
svg{display:block;max-width:100%;height:auto;min-width:56rem;font:12px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
svg text{fill:var(--ink)}svg a{text-decoration:none}svg a:hover text,svg a:focus text{text-decoration:underline}
svg .name text{font-weight:600}svg .pool>text{fill:var(--dim)}svg .pool a text{fill:var(--link)}
.site{fill:var(--soft);stroke:var(--line)}.box{fill:var(--page);stroke:var(--dim)}
.shape{stroke-width:2.5;stroke:currentColor;fill:none}.shape.fail{color:var(--fail);stroke-width:3.5}
.shape.warn{color:var(--warn);fill:currentColor;stroke-width:1}.shape.open{color:var(--open)}
.shape.pass{color:var(--pass)}.shape.none{color:var(--none)}
.link path{fill:none;stroke-width:1.3}.works path{stroke:var(--pass);opacity:.55}
.unknown path{stroke:var(--none);stroke-dasharray:2 4;opacity:.7}
.broken path{stroke:var(--fail);stroke-width:2.2;stroke-dasharray:8 4}.broken .shape{stroke-dasharray:none}
.link:hover path,.link:focus path{stroke-width:4;opacity:1}
.grid{stroke:var(--line)}.year{stroke:var(--dim)}.today{stroke:var(--ink);stroke-width:2}
.bar{stroke-width:3;opacity:.6}.bar.fail{stroke:var(--fail);stroke-dasharray:3 3}.bar.warn{stroke:var(--warn)}.bar.pass{stroke:var(--pass)}
footer{margin:3rem 0 1rem;color:var(--dim);font-size:.9rem;border-top:1px solid var(--line);padding-top:.6rem}
[data-off]{display:none}
@media screen and (max-width:45rem){body{padding:.8rem}.facts{grid-template-columns:1fr}.facts dt,.facts dd{grid-column:1}.facts dd{margin-bottom:.4rem}}
@media print{:root{color-scheme:light;--ink:#000;--dim:#444;--page:#fff;--soft:#f3f3f3;--line:#bbb;--link:#000;
--fail:#a1160e;--warn:#7a4200;--open:#4b2fa0;--pass:#0a5f4e;--none:#444}
body{max-width:none;padding:0;font-size:8.5pt;line-height:1.35}h1{font-size:18pt}h2{font-size:13pt}h3{font-size:10pt;margin:.6rem 0 .2rem}nav,form{display:none!important}
a{text-decoration:none}h2,h3,summary,caption{break-after:avoid}tr,.chain,.facts .facts{break-inside:avoid}.item{margin:.5rem 0;padding-bottom:.2rem}
section{margin-top:1rem}svg{min-width:0}#certificates *{min-width:0!important}.frame{overflow:visible}table{font-size:8pt}
details.fail::details-content,details.warn::details-content,details.open::details-content{content-visibility:visible;display:block}
[data-off]{display:revert}}
@page{margin:15mm}
)css";

} // namespace lyncprobe::report::html
