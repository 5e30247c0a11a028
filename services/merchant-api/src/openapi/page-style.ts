/** Of the page of the documentation: one column that fits a telephone, light or dark as the reader has it. */
export const pageStyle = `:root{color-scheme:light dark;--line:#8883;--soft:#8881;--dim:#777}
*{box-sizing:border-box}body{font:16px/1.55 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
code,pre{font:.86em/1.5 ui-monospace,monospace}pre{background:var(--soft);padding:.7rem;overflow-x:auto;overflow-wrap:normal;border-radius:.4rem}
h2{margin-top:3rem;border-bottom:3px solid #07c160}h3{margin:2.4rem 0 .2rem}h3 small{color:var(--dim);font-weight:normal}h4{margin:1.1rem 0 .3rem}
p{margin:.3rem 0}ul{padding-left:1.2rem;margin:.3rem 0}nav ul{list-style:none;padding:0}nav li{padding:.15rem 0}
.fields{border-top:1px solid var(--line)}.field{border-bottom:1px solid var(--line);padding:.35rem 0}
.field>p:first-child>code{font-weight:bold}.field>:not(:first-child){margin-left:1rem}.field span,.such,.auth{color:var(--dim);font-size:.9em}
section:target>h3{background:#07c16033}`;
