"""Makes the golden cases in golden/ with pytrec_eval, which is trec_eval's own
code (9.0.8) behind a Python interface:

    python3 -m venv venv && venv/bin/pip install pytrec_eval-terrier==0.5.11
    venv/bin/python golden.py

For each case it writes NAME.qrels and NAME.run, which it invents from a fixed
seed; NAME.tsv, every value of every query in full precision; and NAME.out, what
trec_eval -c -q prints. Note that pytrec_eval, like trec_eval up to 9.0.8, holds
scores as float32: the case "ties" has scores that are equal only there.

pytrec_eval evaluates only queries that are in both files, so the means over all
judged queries are computed here, as trec_eval -c does.
"""

import math
import os
import random

import pytrec_eval

CUTOFFS = [5, 10, 15, 20, 30, 100, 200, 500, 1000]
LEVELS = ["%.2f" % (i / 10) for i in range(11)]
COUNTS = ["num_ret", "num_rel", "num_rel_ret", "num_nonrel_judged_ret"]
# In the order in which trec_eval prints.
MEASURES = (
    ["num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "Rprec", "bpref", "recip_rank"]
    + ["iprec_at_recall_" + l for l in LEVELS]
    + ["P_%d" % k for k in CUTOFFS]
    + ["recall_%d" % k for k in CUTOFFS]
    + ["infAP", "gm_bpref"]
    + ["Rprec_mult_%.2f" % (i / 5) for i in range(1, 11)]
    + ["utility", "11pt_avg", "G", "ndcg", "Rndcg"]
    + ["ndcg_cut_%d" % k for k in CUTOFFS]
    + ["map_cut_%d" % k for k in CUTOFFS]
    + ["relative_P_%d" % k for k in CUTOFFS]
    + ["success_%d" % k for k in [1, 5, 10]]
    + ["set_P", "set_relative_P", "set_recall", "set_map", "set_F", "num_nonrel_judged_ret"]
)
FAMILIES = {
    "num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "Rprec", "bpref", "recip_rank", "iprec_at_recall", "P",
    "recall", "infAP", "gm_bpref", "11pt_avg", "ndcg", "ndcg_cut", "map_cut", "relative_P", "success", "set_P",
    "set_relative_P", "set_recall", "set_map", "set_F", "num_nonrel_judged_ret", "Rprec_mult", "utility", "G", "Rndcg",
}


def invent(rng, queries, hits, judged, grades, score):
    """Lines of qrels and run: per query `hits` documents, `judged` of a pool
    that reaches beyond them judged."""
    qrels, run = [], []
    for q in queries:
        docs = ["d%04d" % d for d in rng.sample(range(10000), hits + judged)]
        for d in rng.sample(docs[: hits + judged // 2], judged):
            qrels.append((q, d, rng.choice(grades)))
        order = docs[:hits]
        rng.shuffle(order)
        for i, d in enumerate(order):
            run.append((q, d, i + 1, score(rng, i)))
    return qrels, run


def cases():
    falling = lambda rng, i: "%.6f" % (20 - 0.01 * i - rng.random() * 0.009)
    rng = random.Random(1)
    names = ["q%d" % i for i in range(1, 7)]
    yield ("plain", *invent(rng, names, 25, 12, [0, 0, 1, 1, 2, 3], falling))

    coarse = lambda rng, i: rng.choice(["3", "2.5", "2.5", "1e0", "0.1", "0.10000000001", "-2", "-2.00000000003", "0"])
    yield ("ties", *invent(rng, names, 30, 20, [0, 1, 2], coarse))

    qrels, run = invent(rng, names, 15, 10, [0, 1], falling)
    run = [l for l in run if l[0] not in ("q2", "q5")]
    _, more = invent(rng, ["q7", "q0"], 5, 2, [1], falling)
    yield ("missing", qrels, more + run)

    qrels, run = invent(rng, ["q1", "q2"], 15, 10, [0], falling)
    more, also = invent(rng, ["q3"], 15, 10, [0, 1], falling)
    yield ("zero-relevant", qrels + more, run + also)

    qrels, run = invent(rng, names, 40, 30, [-1, -1, -2, 0, 0, 1, 2], falling)
    yield ("negative-grades", qrels, run)

    yield ("high-grades", *invent(rng, names, 20, 15, [0, 1, 4, 7, 10, 50], falling))

    qrels, run = invent(rng, names, 20, 15, [0, 1, 2], falling)
    rng.shuffle(qrels)
    rng.shuffle(run)
    yield ("unsorted", qrels, run)

    # Ids in the order of strings, not of numbers; lists of one and of 1,100 hits.
    qrels, run = invent(rng, ["10", "9", "8"], 1, 2, [1, 2], falling)
    more, also = invent(rng, ["100"], 1100, 60, [0, 1, 2], falling)
    yield ("lengths", qrels + more, run + also)


def nested(lines):
    table = {}
    for q, d, value in lines:
        table.setdefault(q, {})[d] = value
    return table


def printed(measure, query, value):
    if measure in COUNTS + ["num_q"]:
        return "%-22s\t%s\t%d\n" % (measure, query, value)
    return "%-22s\t%s\t%6.4f\n" % (measure, query, value)


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
    os.makedirs(here, exist_ok=True)
    for name, qrels, run in cases():
        base = os.path.join(here, name)
        with open(base + ".qrels", "w") as f:
            f.writelines("%s 0 %s %d\n" % l for l in qrels)
        with open(base + ".run", "w") as f:
            f.writelines("%s Q0 %s %d %s %s\n" % (*l, name) for l in run)
        judged = nested(qrels)
        values = pytrec_eval.RelevanceEvaluator(judged, FAMILIES).evaluate(nested((q, d, float(s)) for q, d, _, s in run))
        count = len(judged)
        with open(base + ".tsv", "w") as tsv, open(base + ".out", "w") as out:
            for q in sorted(values):
                for m in MEASURES:
                    if m in ("num_q", "gm_map", "gm_bpref"):  # of all queries only
                        continue
                    tsv.write("%s\t%s\t%r\n" % (m, q, values[q][m]))
                    out.write(printed(m, q, values[q][m]))
            out.write("%-22s\tall\t%s\n" % ("runid", name))
            for m in MEASURES:
                total = sum(values[q][m] for q in sorted(values))
                if m == "num_q":
                    total = count
                elif m == "num_rel":
                    total = sum(g >= 1 for _, _, g in qrels)
                elif m.startswith("gm_"):
                    total = math.exp((total + (count - len(values)) * math.log(0.00001)) / count)
                elif m not in COUNTS:
                    total /= count
                tsv.write("%s\tall\t%r\n" % (m, total))
                out.write(printed(m, "all", total))


if __name__ == "__main__":
    main()
