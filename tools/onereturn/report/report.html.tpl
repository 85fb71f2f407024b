{{%AUTOESCAPE context="HTML"}}<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{PAGE_TITLE}} – {{ORGANISATION}}</title>
<style>
:root { --ink: #1d2733; --soft: #4f5d6b; --line: #d5dce3; --tint: #f3f6f9; --navy: #123a5e; --link: #0b5394; --warn: #7a2e00; --warn-tint: #fff3e2; --warn-line: #d98a2b; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #e9edf1; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible { outline: 3px solid #ffb81c; outline-offset: 2px; }
.skip { position: absolute; left: -999em; }
.skip:focus { left: 1em; top: 1em; background: #fff; padding: .5em 1em; z-index: 2; }
.page { max-width: 1000px; margin: 0 auto; background: #fff; box-shadow: 0 0 24px rgba(18, 58, 94, .12); }
header, section, footer { padding: 30px 52px; }
header { background: var(--navy); color: #fff; padding-top: 36px; padding-bottom: 34px; }
header .eyebrow { margin: 0 0 10px; font-size: 13px; font-weight: 600; letter-spacing: .09em; text-transform: uppercase; color: #b9d0e6; }
h1 { margin: 0; font-size: 33px; line-height: 1.2; font-weight: 700; letter-spacing: -.01em; }
header .who { margin: 10px 0 0; font-size: 19px; color: #e4eef7; }
header dl { display: flex; flex-wrap: wrap; gap: 12px 38px; margin: 24px 0 0; }
header dt { font-size: 12.5px; color: #b9d0e6; }
header dd { margin: 0; font-size: 15px; }
section { border-top: 1px solid var(--line); }
h2 { margin: 0 0 16px; font-size: 24px; line-height: 1.25; color: var(--navy); letter-spacing: -.005em; }
h3 { margin: 0 0 6px; font-size: 17px; color: var(--navy); }
p { margin: 0 0 12px; }
.marking { margin: 0 0 18px; padding: 7px 14px; border: 1.5px solid var(--warn-line); border-left-width: 8px; background: var(--warn-tint); color: var(--warn); font-weight: 700; font-size: 14px; }
header .marking { margin: 0 0 22px; }
.lead { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 22px; margin: 0 0 6px; }
.lead .rating { font-size: 40px; line-height: 1.15; font-weight: 700; color: var(--navy); letter-spacing: -.015em; }
.lead .percent { font-size: 22px; color: var(--soft); }
.callout { margin: 14px 0 16px; padding: 12px 16px; background: var(--tint); border-left: 5px solid var(--navy); }
.callout p { margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; fill: var(--ink); }
.bands { margin: 10px 0 4px; }
.bands .band { fill: #dde5ed; }
.bands .by-percent { fill: #dde5ed; stroke: var(--navy); stroke-width: 2; stroke-dasharray: 5 3; }
.bands .rated { fill: var(--navy); }
.bands .band-name { font-size: 14px; font-weight: 600; }
.bands .on-dark { fill: #fff; }
.bands .edge { font-size: 12.5px; fill: var(--soft); }
.bands .marker { fill: #b3261e; }
.bands .marker-line { stroke: #b3261e; stroke-width: 2.5; }
.bands .marker-name { font-size: 17px; font-weight: 700; }
nav ol { margin: 0; padding: 0; list-style: none; columns: 2; column-gap: 40px; }
nav li { padding: 2px 0; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; font-size: 14.5px; }
caption { text-align: left; font-size: 13.5px; color: var(--soft); padding: 0 0 6px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); }
thead th { border-bottom: 2px solid var(--navy); padding: 6px 12px 6px 0; vertical-align: bottom; }
tbody th, td { padding: 10px 14px 10px 0; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody th { color: var(--ink); font-size: 14.5px; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.num { padding-right: 0; padding-left: 12px; }
td.num { padding-right: 0; padding-left: 12px; }
.signal { padding-left: 28px; }
thead th.signal { padding-left: 28px; }
.statement { width: 27%; }
.score { width: 19%; }
.code { display: block; font-size: 12.5px; font-weight: 600; color: var(--soft); }
.steps { display: flex; gap: 4px; margin: 4px 0 6px; }
.steps span { width: 22px; height: 9px; border-radius: 2px; border: 1.5px solid var(--navy); }
.steps .on { background: var(--navy); }
.score strong { font-size: 16px; }
.evidence { margin: 8px 0 0; padding: 0; list-style: none; font-size: 13.5px; }
.evidence li { padding: 3px 0 3px 12px; border-left: 3px solid var(--line); margin-bottom: 4px; }
.evidence strong { white-space: nowrap; }
.evidence .of { color: var(--soft); }
.none { color: var(--soft); font-style: italic; }
.headline { display: flex; flex-wrap: wrap; align-items: center; gap: 18px 34px; margin: 6px 0 14px; }
.headline .value { font-size: 36px; line-height: 1.1; font-weight: 700; color: var(--navy); font-variant-numeric: tabular-nums; }
.headline .period { display: block; font-size: 14px; font-weight: 400; color: var(--soft); }
.icons { display: flex; flex-wrap: wrap; gap: 14px 26px; margin: 0; padding: 0; list-style: none; }
.icons li { display: flex; align-items: center; gap: 10px; max-width: 270px; font-size: 13.5px; line-height: 1.35; }
.icon { width: 54px; height: 54px; flex: none; }
.chart { margin: 6px 0; }
.chart .grid { stroke: #e6ebf0; stroke-width: 1; }
.chart .axis { font-size: 12.5px; fill: var(--soft); }
.chart .limit { fill: none; stroke: #5b6b7a; stroke-width: 1.4; stroke-dasharray: 6 4; }
.chart .mean { fill: none; stroke: #3c4956; stroke-width: 1.4; }
.chart .target { stroke: #de1b1b; stroke-width: 1.6; stroke-dasharray: 2 3; }
.chart .run { fill: none; stroke: #7d8791; stroke-width: 1.6; }
.chart .point > * { stroke: #33404c; stroke-width: 1; }
.chart .name { font-size: 12.5px; fill: #33404c; }
.chart .target-name { fill: #b80f0f; font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 16px; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.key li { display: flex; align-items: center; gap: 7px; }
.key svg { width: 15px; height: 15px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 5px 20px; margin: 0 0 14px; font-size: 14.5px; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
details { margin: 8px 0 0; border: 1px solid var(--line); border-radius: 4px; }
summary { cursor: pointer; padding: 9px 14px; font-weight: 600; font-size: 14.5px; color: var(--link); }
details[open] summary { border-bottom: 1px solid var(--line); }
.inside { padding: 14px 14px 16px; overflow-x: auto; }
.hash { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.return { padding: 10px 0 12px; border-bottom: 1px solid var(--line); }
.return:last-child { border-bottom: 0; padding-bottom: 0; }
.return h4 { margin: 0 0 6px; font-size: 14.5px; display: flex; justify-content: space-between; gap: 20px; }
.return .facts { margin: 0; font-size: 13.5px; }
.legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 14px 26px; margin: 0 0 18px; padding: 0; list-style: none; font-size: 14px; line-height: 1.4; }
.legend li { display: flex; align-items: center; gap: 12px; }
footer { border-top: 1px solid var(--line); font-size: 13.5px; color: var(--soft); background: var(--tint); }
footer p { margin: 0 0 8px; }
@media (max-width: 700px) { header, section, footer { padding-left: 20px; padding-right: 20px; } nav ol { columns: 1; } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 7px; } table.scores, .scores tbody, .scores tr, .scores td, .scores th { display: block; width: 100%; } .scores thead { display: none; } .scores tbody th { border: 0; padding-bottom: 0; } .scores td.score { border: 0; padding: 4px 0; } }
@page { size: A4; margin: 14mm 12mm; }
@media print {
body { background: #fff; font-size: 10.5pt; }
.page { box-shadow: none; max-width: none; }
header, section, footer { padding-left: 0; padding-right: 0; }
header { background: #fff; color: var(--ink); border-bottom: 3px solid var(--navy); padding-top: 0; }
header .eyebrow, header dt, header .who { color: var(--soft); }
section { break-inside: auto; }
.metric { break-before: page; }
h2, h3, caption { break-after: avoid; }
tr, .return, svg, .callout, .headline, .marking { break-inside: avoid; }
.contents, .skip { display: none; }
.marking { break-after: avoid; }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>
</head>
<body>
<a class="skip" href="#rating">Skip to the rating</a>
<div class="page">
<header>
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<p class="eyebrow">Assessment report</p>
<h1>{{PAGE_TITLE}}</h1>
<p class="who">{{ORGANISATION}} ({{ORGANISATION_CODE}})</p>
<dl>
<div><dt>Framework</dt><dd>{{FRAMEWORK}}, version {{FRAMEWORK_VERSION}}</dd></div>
<div><dt>Assessment</dt><dd>{{ASSESSMENT}}</dd></div>
<div><dt>Begun</dt><dd>{{CREATED}}</dd></div>
</dl>
</header>
<main>
<section id="rating" aria-labelledby="rating-title">
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<h2 id="rating-title">Rating</h2>
{{#NOT_RATED}}<p>{{WHY}}</p>{{/NOT_RATED}}
{{#RATED}}
<p class="lead"><span class="rating">{{RATING}}</span><span class="percent">{{PERCENT}} %, {{SUM}} of {{HIGHEST}} points over {{STATEMENTS}} statements</span></p>
{{BAND_BAR:none}}
{{#LIMITED}}<div class="callout"><p><strong>Limited.</strong> {{LIMITED_BY}}.</p></div>{{/LIMITED}}
{{#NOT_LIMITED}}<div class="callout"><p>No limiter applies: the rating is that of the band the percentage falls in.</p></div>{{/NOT_LIMITED}}
{{#UNRATED}}<div class="callout"><p>The framework gives no rating; the percentage shows where the scores lie.</p></div>{{/UNRATED}}
{{/RATED}}
</section>
<section class="contents" aria-labelledby="contents-title">
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<h2 id="contents-title">Contents</h2>
<nav aria-labelledby="contents-title"><ol>
<li><a href="#scores">Scores by theme</a></li>
{{#CONTENT}}<li><a href="#{{ANCHOR}}">Evidence: {{TITLE}}</a></li>
{{/CONTENT}}
<li><a href="#reading">How to read this report</a></li>
</ol></nav>
</section>
<div id="scores">
{{#THEME}}
<section>
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<h2>{{THEME_TITLE}}</h2>
<table class="scores">
<thead><tr><th scope="col" class="statement">Quality statement</th><th scope="col" class="score">Score</th><th scope="col">Why, and the evidence it rests on</th></tr></thead>
<tbody>
{{#STATEMENT_ROW}}
<tr>
<th scope="row" class="statement"><span class="code">{{CODE}}</span>{{STATEMENT}}</th>
<td class="score">{{#SCORED}}<strong>{{SCORE}}</strong> of {{OF}}<span class="steps" aria-hidden="true">{{#STEP}}<span class="{{FILLED}}"></span>{{/STEP}}</span>{{SCORE_TITLE}}{{/SCORED}}{{#NOT_SCORED}}<span class="none">Not scored</span>{{/NOT_SCORED}}</td>
<td>{{#HAS_RATIONALE}}{{RATIONALE}}{{/HAS_RATIONALE}}
<ul class="evidence">
{{#PIECE}}<li><a href="#{{ANCHOR}}">{{TITLE}}</a>: <strong>{{VALUE}}</strong> <span class="of">({{CATEGORY}})</span>{{#HAS_NOTE}} {{NOTE}}{{/HAS_NOTE}}</li>
{{/PIECE}}
</ul></td>
</tr>
{{/STATEMENT_ROW}}
</tbody>
</table>
</section>
{{/THEME}}
</div>
{{#NO_EVIDENCE}}<section><h2>Evidence</h2><p class="none">No evidence is pinned.</p></section>{{/NO_EVIDENCE}}
{{#METRIC}}
<section class="metric" id="{{ANCHOR}}" aria-labelledby="{{ANCHOR}}-title">
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<h2 id="{{ANCHOR}}-title">{{TITLE}}</h2>
<div class="headline">
<div class="value">{{VALUE}}<span class="period">{{ORG_NAME}}, {{PERIOD}}</span></div>
<ul class="icons">
{{#ICON}}<li>{{SVG:none}}<span>{{WORDS}}</span></li>
{{/ICON}}
</ul>
</div>
{{#HAS_CHART}}
{{CHART:none}}
<ul class="key" aria-hidden="true">
<li><svg viewBox="0 0 16 16"><circle cx="8" cy="8" r="5" fill="#a6a6a6" stroke="#33404c"/></svg>Common cause</li>
<li><svg viewBox="0 0 16 16"><path d="M8 1l7 7l-7 7l-7 -7z" fill="#00b0f0" stroke="#33404c"/></svg>Special cause, improvement</li>
<li><svg viewBox="0 0 16 16"><rect x="3" y="3" width="10" height="10" fill="#e46c0a" stroke="#33404c"/></svg>Special cause, concern</li>
<li><svg viewBox="0 0 16 16"><circle cx="8" cy="8" r="5" fill="#490092" stroke="#33404c"/></svg>Special cause, neither</li>
</ul>
{{/HAS_CHART}}
{{#NO_CHART}}<p class="none">There are no values to draw.</p>{{/NO_CHART}}
{{#TRIAL}}<div class="callout"><p><strong>Trial limits.</strong> There are fewer than 13 points, so the limits are likely to move.</p></div>{{/TRIAL}}
<dl class="facts">
{{#HAS_EXACTLY}}<dt>Exactly</dt><dd>{{EXACTLY}}</dd>{{/HAS_EXACTLY}}
{{#HAS_TARGET}}<dt>Target</dt><dd>{{TARGET}} (national standard)</dd>{{/HAS_TARGET}}
<dt>Direction</dt><dd>{{DIRECTION}}</dd>
<dt>Coverage</dt><dd>{{COVERAGE}}</dd>
{{#HAS_MISSING}}<dt>Missing</dt><dd>{{MISSING}}</dd>{{/HAS_MISSING}}
{{#HAS_NOT_COLLECTED}}<dt>Not collected</dt><dd>{{NOT_COLLECTED}}</dd>{{/HAS_NOT_COLLECTED}}
{{#HAS_NO_ICB}}<dt>No ICB recorded</dt><dd>{{NO_ICB}}</dd>{{/HAS_NO_ICB}}
{{#HAS_GAPS}}<dt>Without a value</dt><dd>{{GAPS}}</dd>{{/HAS_GAPS}}
<dt>Bears on</dt><dd>{{BEARS_ON}}</dd>
<dt>Definition</dt><dd>{{DEFINITION}}. {{DESCRIPTION}}</dd>
</dl>
{{#POINTS}}
<details><summary>The figures of the chart</summary><div class="inside">
<table>
<caption>{{TITLE}}, by period</caption>
<thead><tr><th scope="col">Period</th><th scope="col" class="num">Value</th><th scope="col" class="num">Lower limit</th><th scope="col" class="num">Mean</th><th scope="col" class="num">Upper limit</th><th scope="col" class="signal">Signal</th></tr></thead>
<tbody>
{{#POINT}}<tr><th scope="row">{{PERIOD}}</th><td class="num">{{VALUE}}</td><td class="num">{{LOWER}}</td><td class="num">{{MEAN}}</td><td class="num">{{UPPER}}</td><td class="signal">{{SIGNAL}}</td></tr>
{{/POINT}}
</tbody>
</table>
</div></details>
{{/POINTS}}
{{#TRACE}}
<details><summary>Trace to {{PARTS}}, with receipts</summary><div class="inside">
{{#PART}}
<div class="return">
<h4><span>{{ORG_NAME}} ({{ORG}})</span><span class="num">{{FIGURE}}</span></h4>
{{#HELD}}
<dl class="facts">
<dt>Revision</dt><dd>{{REVISION}}</dd>
<dt>Accepted</dt><dd>{{ACCEPTED}}, sequence {{SEQUENCE}}</dd>
<dt>Receipt’s leaf hash</dt><dd class="hash">{{LEAF}}</dd>
</dl>
{{/HELD}}
</div>
{{/PART}}
<dl class="facts"><dt>Pinned at position</dt><dd class="hash">{{POSITION}}</dd></dl>
</div></details>
{{/TRACE}}
</section>
{{/METRIC}}
<section id="reading" aria-labelledby="reading-title">
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<h2 id="reading-title">How to read this report</h2>
<ul class="legend">
<li>{{KEY_COMMON:none}}<span>Common cause variation: no significant change.</span></li>
<li>{{KEY_IMPROVEMENT:none}}<span>Special cause of improving nature; H or L is the side the values run to.</span></li>
<li>{{KEY_CONCERN:none}}<span>Special cause of concerning nature; H or L is the side the values run to.</span></li>
<li>{{KEY_NEUTRAL:none}}<span>Special cause where neither side is better.</span></li>
<li>{{KEY_PASSES:none}}<span>The process consistently passes its target.</span></li>
<li>{{KEY_FAILS:none}}<span>The process consistently fails its target.</span></li>
<li>{{KEY_HIT:none}}<span>The process hits or misses its target at random.</span></li>
</ul>
<p>Charts are XmR charts after “Making Data Count”: the mean, and process limits at 2.66 mean moving ranges on either side. A point is special cause when it lies outside the limits, in a run of seven on one side of the mean, in a run of seven rising or falling, or with another of three near a limit.</p>
<p>The percentage is the sum of the scores over the greatest sum there can be, rounded half up to whole percent. The band it falls in is the rating, unless a limiter lowers it.</p>
<p>Each figure was pinned at a position of the services and does not change when returns are revised later. The trace under it names the returns it was computed from; each one’s receipt can be verified without the services, with the public key alone.</p>
<p>Framework: {{FRAMEWORK_SOURCE}}</p>
</section>
</main>
<footer>
{{#MARKED}}<p class="marking" role="note">{{MARKING}}</p>{{/MARKED}}
<p>Position of this report: <span class="hash">{{PAGE_POSITION}}</span></p>
<p>Made with {{SOFTWARE}}.</p>
</footer>
</div>
</body>
</html>
