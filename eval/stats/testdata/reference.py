#!/usr/bin/env python3
"""Writes reference.json: what SciPy, statsmodels and NumPy say.

The tests of this package compare with these numbers. To make them again:

    python3 -m venv venv
    venv/bin/pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python reference.py > reference.json

Nothing here shares code with the package: where SciPy has the method it is
called, and the full enumerations are NumPy one-liners.
"""

import json
import sys

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests


def mean_statistic(x, axis=-1):
    return np.mean(x, axis=axis)


def sets():
    """Pairs of lists, from textbook to nasty."""
    rng = np.random.default_rng(20070611)
    # Student's sleep data (R's data set "sleep"), whose R output
    # t.test(..., paired = TRUE) is t = -4.0621, df = 9, p-value = 0.002833.
    yield (
        "sleep",
        [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
        [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    )
    yield "two", [0.5, 0.25], [0.75, 0.375]
    yield "five", [0.1, 0.4, 0.35, 0.8, 0.0], [0.3, 0.38, 0.7, 0.95, 0.5]
    base = rng.beta(2, 2, 12)
    yield "twelve", base, np.clip(base + rng.normal(0.1, 0.2, 12), 0, 1)
    # Values of a rank metric: few values, many ties. Dyadic, so that sums are
    # exact and ties are ties.
    base = rng.choice([0, 0.25, 0.5, 1], 16)
    yield "dyadic", base, np.where(rng.random(16) < 0.5, base, rng.choice([0, 0.25, 0.5, 1], 16))
    base = rng.beta(2, 2, 20)
    yield "twenty", base, np.clip(base + rng.normal(0.06, 0.15, 20), 0, 1)
    base = rng.beta(2, 2, 24)
    yield "twenty-four", base, np.clip(base + rng.normal(0.06, 0.15, 24), 0, 1)
    base = rng.beta(2, 2, 50)
    yield "fifty", base, np.clip(base + rng.normal(0.05, 0.2, 50), 0, 1)
    # Skewed: many small gains, some large losses.
    base = rng.uniform(0.3, 1, 80)
    yield "skewed", base, base + 0.05 - rng.exponential(0.06, 80) * (rng.random(80) < 0.7)
    base = rng.beta(2, 2, 200)
    yield "two hundred", base, np.clip(base + rng.normal(0.02, 0.15, 200), 0, 1)
    base = rng.beta(2, 2, 200)
    yield "far apart", base, base + rng.normal(0.3, 0.1, 200)


def all_flips(d, chunk=1 << 16):
    """The share of all sign flips whose sum is as far from 0."""
    d = d[d != 0]
    reach = abs(d.sum()) - 1e-12 * np.abs(d).sum()
    extreme, total, bits = 0, 1 << len(d), np.arange(len(d))
    for start in range(0, total, chunk):
        codes = np.arange(start, min(start + chunk, total))
        signs = 2.0 * ((codes[:, None] >> bits) & 1) - 1
        extreme += int((np.abs(signs @ d) >= reach).sum())
    return extreme / total


def p_of_flips(d, rng):
    """p, its standard error, and whether it is exact."""
    if len(d) <= 12:
        r = stats.permutation_test((d,), mean_statistic, permutation_type="samples",
                                   vectorized=True, n_resamples=np.inf)
        assert abs(r.pvalue - all_flips(d)) < 1e-12
        return float(r.pvalue), 0.0
    if np.count_nonzero(d) <= 24:
        return all_flips(d), 0.0
    n = 1_000_000
    r = stats.permutation_test((d,), mean_statistic, permutation_type="samples",
                               vectorized=True, n_resamples=n, batch=5_000, rng=rng)
    # scipy doubles the smaller of two one-sided shares.
    return float(r.pvalue), float(np.sqrt(2 * r.pvalue / n))


def interval(d, confidence, alternative, rng, repeats=100, resamples=10_000):
    """Mean and standard deviation of the ends over repeated bootstraps."""
    ends = []
    for _ in range(repeats):
        r = stats.bootstrap((d,), mean_statistic, vectorized=True, n_resamples=resamples,
                            batch=500, confidence_level=confidence, method="BCa",
                            alternative=alternative, rng=rng)
        ends.append(tuple(r.confidence_interval))
    ends = np.array(ends)
    with np.errstate(invalid="ignore"):
        return ends.mean(axis=0), ends.std(axis=0, ddof=1)


def comparisons():
    rng = np.random.default_rng(19870301)
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    for name, base, next_ in sets():
        # SciPy looks for ties among the resamples without a tolerance: with
        # multiples of 2^-16 sums are exact, and ties are ties for both.
        base, next_ = (np.round(np.asarray(x, float) * 65536) / 65536 for x in (base, next_))
        d = next_ - base
        n, sd = len(d), d.std(ddof=1)
        t = stats.ttest_rel(next_, base)
        p, error = p_of_flips(d, rng)
        case = {
            "name": name, "base": base.tolist(), "next": next_.tolist(),
            "difference": d.mean(), "sd": sd, "t": float(t.statistic), "pt": float(t.pvalue),
            "effect_size": d.mean() / sd, "p": p, "p_error": error,
            "detectable": z * sd / np.sqrt(n),
            "queries_needed": max(2, int(np.ceil((z * sd / d.mean()) ** 2))),
        }
        # With fewer the ends jump between a few values, and 3 standard
        # deviations say nothing about them.
        if n >= 10:
            (low, high), (low_sd, high_sd) = interval(d, 0.95, "two-sided", rng)
            (_, upper), (_, upper_sd) = interval(d, 0.95, "less", rng)
            (lower, _), (lower_sd, _) = interval(d, 0.95, "greater", rng)
            case["bounds"] = {
                "low": [low, low_sd], "high": [high, high_sd],
                "lower": [lower, lower_sd], "upper": [upper, upper_sd],
            }
        yield case


def bca():
    """Intervals from given resampled means: no randomness is left."""
    rng = np.random.default_rng(1993)
    for name, base, next_ in sets():
        d = np.asarray(next_, float) - np.asarray(base, float)
        d = np.round(d * 65536) / 65536
        if len(d) < 5 or len(d) > 100:
            continue
        for confidence in (0.8, 0.95, 0.99):
            r = stats.bootstrap((d,), mean_statistic, vectorized=True, n_resamples=400,
                                confidence_level=confidence, method="BCa", rng=rng)
            u = (len(d) - 1) * (d.mean() - (d.sum() - d) / (len(d) - 1))  # jackknife
            means = r.bootstrap_distribution
            share = ((means < d.mean()).mean() + (means <= d.mean()).mean()) / 2
            yield {
                "name": f"{name} {confidence}", "values": d.tolist(),
                "means": means.tolist(), "confidence": confidence,
                "bias": float(stats.norm.ppf(share)),
                "acceleration": float((u**3).sum() / (6 * (u**2).sum() ** 1.5)),
                "low": float(r.confidence_interval.low), "high": float(r.confidence_interval.high),
            }


def holm():
    rng = np.random.default_rng(1979)
    families = [[0.01, 0.02, 0.03, 0.04], [0.04, 0.01, 0.03, 0.005], [0.5], [0.6, 0.7, 0.9],
                [0.02, 0.02, 0.02], [0.0, 1.0, 0.5], rng.random(12).tolist(),
                (rng.random(12) ** 4).tolist()]
    for p in families:
        yield {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}


def kappa():
    rng = np.random.default_rng(1960)
    for size, grades, noise in ((10, 2, 0.2), (40, 4, 0.4), (200, 4, 0.7), (60, 5, 0.1), (30, 3, 1.0)):
        a = rng.integers(0, grades, size)
        b = np.where(rng.random(size) < noise, rng.integers(0, grades, size), a)
        table = np.zeros((grades, grades))
        np.add.at(table, (a, b), 1)
        yield {
            "a": a.tolist(), "b": b.tolist(),
            "unweighted": float(cohens_kappa(table, return_results=False)),
            "linear": float(cohens_kappa(table, wt="linear", return_results=False)),
            "quadratic": float(cohens_kappa(table, wt="quadratic", return_results=False)),
        }


def kappa_errors():
    """Large-sample standard errors of kappa: Fleiss, Cohen and Everitt (1969).

    The first table is the example of Fleiss, Levin and Paik, Statistical
    Methods for Rates and Proportions (2003), chapter 18: two raters' diagnoses
    of 100 subjects, kappa 0.68.
    """
    for table in ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], [[40, 9], [6, 45]], [[88, 14, 18], [10, 40, 10], [2, 6, 12]]):
        for weighting, wt in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")):
            r = cohens_kappa(np.array(table), wt=wt)
            yield {"table": table, "weighting": weighting, "kappa": float(r.kappa), "error": float(r.std_kappa)}


def lines():
    rng = np.random.default_rng(1805)
    for x, slope, noise in (([10, 20, 50, 100], 1.7, 4), (rng.uniform(1, 200, 40), 3.1, 30),
                            ([1, 1, 2, 2, 3], -2.0, 0.1), (np.arange(1e6, 1e6 + 5), 0.5, 0.01)):
        x = np.asarray(x, float)
        y = 12 + slope * x + rng.normal(0, noise, len(x))
        r = stats.linregress(x, y)
        rest = y - (r.intercept + r.slope * x)
        yield {"x": x.tolist(), "y": y.tolist(), "intercept": float(r.intercept),
               "slope": float(r.slope), "r2": float(r.rvalue**2),
               "residual": float(np.sqrt((rest**2).sum() / (len(x) - 2)))}


def quantiles():
    rng = np.random.default_rng(1996)
    for values in ([3.0], [2.0, 1.0], [5, 1, 4, 2, 3], rng.exponential(20, 37).round(2), [1, 1, 1, 9]):
        for p in (0, 0.05, 0.25, 0.5, 0.9, 0.95, 0.99, 1):
            yield {"values": np.asarray(values, float).tolist(), "p": p,
                   "quantile": float(np.quantile(values, p))}


json.dump(
    {
        "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}, "
                     f"statsmodels {statsmodels.__version__}",
        "comparisons": list(comparisons()), "bca": list(bca()), "holm": list(holm()),
        "kappa": list(kappa()), "kappa_errors": list(kappa_errors()), "lines": list(lines()), "quantiles": list(quantiles()),
    },
    sys.stdout,
    allow_nan=False,
)
sys.stdout.write("\n")
