"""Evaluates a run with pytrec_eval as its documentation shows, and prints the
means over all judged queries as trec_eval -c does."""

import sys

import pytrec_eval

MEASURES = {"map", "recip_rank", "recall_100", "recall_1000", "ndcg_cut_10"}

with open(sys.argv[1]) as f:
    qrels = pytrec_eval.parse_qrel(f)
with open(sys.argv[2]) as f:
    run = pytrec_eval.parse_run(f)
values = pytrec_eval.RelevanceEvaluator(qrels, MEASURES).evaluate(run)
for measure in ["map", "recip_rank", "recall_100", "recall_1000", "ndcg_cut_10"]:
    mean = sum(v[measure] for v in values.values()) / len(qrels)
    print("%-22s\tall\t%6.4f" % (measure, mean))
