package metrics

type kind uint8

const (
	kindNone kind = iota
	kindNDCG
	kindNDCGExp
	kindMRR
	kindPrecision
	kindRecall
	kindSuccess
	kindMAP
	kindRPrec
	kindBpref
	kindInfAP
	kindERR
	kindRBP
	kindRBPResidual
	kindJudged
	kindRelativePrecision
	kindSetMAP
	kindSetF
	kindIPrec
	kind11pt
	kindGMMAP
	kindGMBpref
	kindNumQ
	kindNumRet
	kindNumRel
	kindNumRelRet
	kindNumNonrelJudgedRet
	kindDCG
	kindDCGExp
	kindRecallCap
	kindUnjudged
	kindRPrecMult
	kindUtility
	kindG
	kindRNDCG
	kindRBPGraded
	kindCount
)

// A family is what the metrics of one kind share: their names, the parameters
// they take and the function that scores a list.
type family struct {
	name string // canonical
	// aliases are further names, in lower case, that take parameters and a
	// cutoff as the canonical one does.
	aliases []string
	trec    string // trec_eval's name of the measure over the whole list
	trecCut string // trec_eval's name that takes _k
	cut     bool   // takes @k
	rel     bool   // takes rel=
	// param is the key of a further parameter with its default and range.
	param        string
	paramDefault float64
	paramLow     float64
	paramHigh    float64
	paramOpen    bool // the ends of the range are excluded
	bare         bool // the parameter may stand without its key
	level        bool // the parameter stands after the @ and is required
	score        func(m Metric, l *List) float64
}

// families is the one table of what exists. It is never written to.
var families = [kindCount]family{
	kindNDCG:      {name: "ndcg", trec: "ndcg", trecCut: "ndcg_cut", cut: true, score: scoreNDCG},
	kindNDCGExp:   {name: "ndcg_exp", aliases: []string{"ndcg_exponential"}, cut: true, score: scoreNDCGExp},
	kindMRR:       {name: "mrr", aliases: []string{"rr", "reciprocal_rank"}, trec: "recip_rank", cut: true, rel: true, score: scoreMRR},
	kindPrecision: {name: "precision", aliases: []string{"p", "setp"}, trec: "set_P", trecCut: "P", cut: true, rel: true, score: scorePrecision},
	kindRecall:    {name: "recall", aliases: []string{"r", "setr"}, trec: "set_recall", trecCut: "recall", cut: true, rel: true, score: scoreRecall},
	kindSuccess:   {name: "success", aliases: []string{"hit", "hits", "hit_rate"}, trecCut: "success", cut: true, rel: true, score: scoreSuccess},
	kindMAP:       {name: "map", aliases: []string{"ap"}, trec: "map", trecCut: "map_cut", cut: true, rel: true, score: scoreMAP},
	kindRPrec:     {name: "rprec", aliases: []string{"r-prec", "r_prec", "rprecision", "r-precision"}, trec: "Rprec", rel: true, score: scoreRPrec},
	kindBpref:     {name: "bpref", trec: "bpref", rel: true, score: scoreBpref},
	kindInfAP:     {name: "infap", trec: "infAP", rel: true, score: scoreInfAP},
	kindERR: {name: "err", cut: true, param: "max", paramDefault: 4, paramLow: 0, paramHigh: 1000, paramOpen: true,
		score: scoreERR},
	kindRBP: {name: "rbp", cut: true, rel: true, param: "p", paramDefault: 0.8, paramLow: 0, paramHigh: 1, paramOpen: true,
		bare: true, score: scoreRBP},
	kindRBPResidual: {name: "rbp_residual", aliases: []string{"rbp_resid"}, cut: true, param: "p", paramDefault: 0.8, paramLow: 0,
		paramHigh: 1, paramOpen: true, bare: true, score: scoreRBPResidual},
	kindJudged: {name: "judged", cut: true, score: scoreJudged},
	kindRelativePrecision: {name: "relative_precision", aliases: []string{"setrelp"}, trec: "set_relative_P", trecCut: "relative_P",
		cut: true, rel: true, score: scoreRelativePrecision},
	kindSetMAP: {name: "set_map", aliases: []string{"setap", "set_ap"}, trec: "set_map", rel: true, score: scoreSetMAP},
	kindSetF: {name: "set_f", aliases: []string{"setf"}, trec: "set_F", rel: true, param: "beta", paramDefault: 1, paramLow: 0,
		paramHigh: 1e6, bare: true, score: scoreSetF},
	kindIPrec: {name: "iprec", trecCut: "iprec_at_recall", rel: true, param: "level", paramLow: 0, paramHigh: 1, level: true,
		score: scoreIPrec},
	kind11pt:    {name: "11pt_avg", aliases: []string{"11-pt_avg", "11pt"}, trec: "11pt_avg", rel: true, score: score11pt},
	kindGMMAP:   {name: "gm_map", aliases: []string{"gmap", "gm_ap"}, trec: "gm_map", rel: true, score: scoreMAP},
	kindGMBpref: {name: "gm_bpref", trec: "gm_bpref", rel: true, score: scoreBpref},
	kindNumQ:    {name: "num_q", aliases: []string{"numq"}, trec: "num_q", score: scoreNumQ},
	kindNumRet:  {name: "num_ret", aliases: []string{"numret"}, trec: "num_ret", score: scoreNumRet},
	kindNumRel:  {name: "num_rel", aliases: []string{"numrel"}, trec: "num_rel", rel: true, score: scoreNumRel},
	kindNumRelRet: {name: "num_rel_ret", aliases: []string{"numrelret"}, trec: "num_rel_ret", rel: true,
		score: scoreNumRelRet},
	kindNumNonrelJudgedRet: {name: "num_nonrel_judged_ret", trec: "num_nonrel_judged_ret", rel: true,
		score: scoreNumNonrelJudgedRet},
	kindDCG:    {name: "dcg", trec: "dcg", cut: true, score: scoreDCG},
	kindDCGExp: {name: "dcg_exp", aliases: []string{"dcg_exponential"}, cut: true, score: scoreDCG},
	kindRecallCap: {name: "recall_cap", aliases: []string{"capped_recall", "r_cap"}, cut: true, rel: true,
		score: scoreRecallCap},
	kindUnjudged: {name: "unjudged", trecCut: "unj", cut: true, score: scoreUnjudged},
	kindRPrecMult: {name: "rprec_mult", trecCut: "Rprec_mult", rel: true, param: "level", paramDefault: 1, paramLow: 0,
		paramHigh: 1000, paramOpen: true, level: true, score: scoreRPrecMult},
	kindUtility: {name: "utility", trec: "utility", rel: true, score: scoreUtility},
	kindG:       {name: "g", trec: "G", score: scoreG},
	kindRNDCG:   {name: "rndcg", trec: "Rndcg", score: scoreRNDCG},
	kindRBPGraded: {name: "rbp_graded", trec: "rbp", cut: true, param: "p", paramDefault: 0.9, paramLow: 0, paramHigh: 1,
		paramOpen: true, bare: true, score: scoreRBPGraded},
}
