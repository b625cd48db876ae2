import Drawing

/// The page's style sheet: light, dark and paper.
enum HTMLReportStyle {
  static let sheet = """
    :root{--ground:#fff;--raised:#f6f7f9;--text:#1c2430;--soft:#55606e;--rule:#dfe4ea;--bar:#8fb8ea;--accent:#c2410c;
    --p1:#3f82d1;--p2:#7d5fc7;--p3:#cb5579;--p4:#2f9a76;--p5:#c0922a;--image:#e3effd;--field:#3f6ea8}
    @media screen and (prefers-color-scheme:dark){:root{--ground:#14171c;--raised:#1c2128;--text:#e6e9ee;
    --soft:#a3adba;--rule:#343c47;--bar:#2f5f98;--accent:#ffb454;--p1:#5b9be6;--p2:#9a80e0;--p3:#e07195;--p4:#46b892;
    --p5:#d2a53c;--image:#1b3350;--field:#83b1e6}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1400px;padding:24px clamp(12px,3vw,40px) 48px;background:var(--ground);
    color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    h1{font-size:28px;margin:0}header p,.hint,figcaption{color:var(--soft);margin:4px 0 12px}
    h2{font-size:19px;margin:32px 0 8px}h3{font-size:14px;font-weight:400;margin:16px 0 6px}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:16px 0}
    .card{background:var(--raised);border:1px solid var(--rule);border-radius:10px;padding:12px 14px}
    dt{color:var(--soft);font-size:13px}dd{margin:2px 0 0;font-size:22px;font-weight:650}
    dd small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
    .scroll{overflow:auto;border:1px solid var(--rule);border-radius:10px}
    #layers+.hint+.scroll{max-height:min(75vh,900px)}
    .drawing{padding:8px}.drawing svg{display:block;margin:0 auto}
    table{border-collapse:separate;border-spacing:0;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:5px 10px;border-bottom:1px solid var(--rule);white-space:nowrap;vertical-align:top}
    thead th{position:sticky;top:0;background:var(--raised);font-weight:600;z-index:1}
    thead button{all:unset;cursor:pointer;display:block;width:100%}
    thead button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    thead button::after,thead .n button::before{content:"";display:inline-block;width:14px}
    thead .n button::after{display:none}thead .n button::before{text-align:left}
    th[aria-sort=ascending] button::after,th[aria-sort=ascending] button::before{content:"▴"}
    th[aria-sort=descending] button::after,th[aria-sort=descending] button::before{content:"▾"}
    thead th:not(.n) button::before{content:none}
    tbody th{font-weight:600}.n{text-align:right}td:nth-child(4){white-space:normal;color:var(--soft);max-width:260px}
    tbody tr:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
    tbody tr:hover>*,tbody tr.on>*{background:var(--raised)}tbody tr.on th{color:var(--accent)}
    tfoot th,tfoot td{border-bottom:0;font-weight:650}.zero{color:var(--soft)}
    .bar{display:block;height:4px;min-width:1px;margin:2px 0 0 auto;border-radius:2px;background:var(--bar)}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:8px 40px}
    figure{margin:0}.fields{max-width:100%;height:auto;overflow:hidden}.fields .image{fill:var(--image)}
    .field{fill:var(--accent);fill-opacity:0;stroke:var(--field);stroke-opacity:.65;stroke-width:1}
    .field:hover,.field.on{stroke:var(--accent);stroke-opacity:1;stroke-width:3;fill-opacity:.16}
    .stack{display:flex;height:22px;border-radius:6px;overflow:hidden;background:var(--raised)}
    .parts{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0;padding:0;font-size:13px}
    .chip{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
    .p1{background:var(--p1)}.p2{background:var(--p2)}.p3{background:var(--p3)}.p4{background:var(--p4)}
    .p5{background:var(--p5)}.script{display:none}.scripted .script{display:block}
    @media print{body{max-width:none;padding:0;font-size:11px}.scroll{overflow:visible!important;border:0;
    max-height:none!important}tr,.card,figure{break-inside:avoid}h2{break-after:avoid}
    tfoot{display:table-row-group}.network{break-before:page}.network h2{display:none}.drawing{padding:0}.pair{display:block}thead th{position:static}.script{display:none!important}
    table{font-size:9px}th,td{padding:2px 5px}.drawing svg{max-width:100%;height:auto}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """
}
