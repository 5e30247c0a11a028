/** Label name → value. */
export type Labels = Readonly<Record<string, string | number>>;

const mostCombinations = 1_000;
const longestValue = 128;

/**
 * Keeps the label combinations of one metric below a limit. Each combination is a time series that lives as
 * long as the process (https://prometheus.io/docs/practices/naming/#labels); those beyond the limit are counted
 * together, every label `other`.
 */
export function createLabelBound(limit = mostCombinations): (labels: Labels) => Record<string, string> {
  const seen = new Set<string>();
  return (labels) => {
    const entries = Object.entries(labels).map(([name, value]) => [
      name,
      String(value).slice(0, longestValue),
    ]);
    const combination = JSON.stringify(entries);
    if (seen.size < limit) seen.add(combination);
    if (seen.has(combination)) return Object.fromEntries(entries);
    return Object.fromEntries(entries.map(([name]) => [name, 'other']));
  };
}
