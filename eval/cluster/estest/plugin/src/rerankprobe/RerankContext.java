package rerankprobe;

import org.elasticsearch.action.ActionListener;
import org.elasticsearch.search.rank.feature.RankFeatureDoc;

import java.util.Arrays;
import java.util.List;

/** The coordinating node's part: has the endpoint score the window's texts, then filters, rescales and sorts. */
final class RerankContext extends WindowContext {

    private final RerankRetriever.Order order;
    private final Float minScore;
    private final Endpoints endpoints;

    RerankContext(int size, int from, int window, RerankRetriever.Order order, Float minScore, Endpoints endpoints) {
        super(size, from, window, order.allowFailures());
        this.order = order;
        this.minScore = minScore;
        this.endpoints = endpoints;
    }

    @Override
    protected void computeScores(RankFeatureDoc[] docs, ActionListener<float[]> listener) {
        Endpoint endpoint;
        try {
            endpoint = endpoints.require(order.inferenceId());
            int topN = endpoint.behaviour.topN();
            if (topN != Behaviour.NO_TOP_N && topN < rankWindowSize) {
                throw new IllegalArgumentException(
                    "Inference endpoint ["
                        + endpoint.id
                        + "] is configured to return the top ["
                        + topN
                        + "] results, but rank_window_size is ["
                        + rankWindowSize
                        + "]. Reduce rank_window_size to be less than or equal to the configured top N value."
                );
            }
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return;
        }
        if (docs.length == 0) {
            listener.onResponse(new float[0]);
            return;
        }
        List<String> texts = Arrays.stream(docs).map(FeatureText::of).toList();
        endpoints.rerank(
            endpoint,
            order.inferenceText(),
            texts,
            Endpoints.RETRIEVER_TIMEOUT,
            listener.delegateFailureAndWrap((l, scored) -> l.onResponse(inInputOrder(scored, docs.length)))
        );
    }

    private static float[] inInputOrder(List<Endpoints.Scored> scored, int expected) {
        if (scored.size() != expected) {
            throw new IllegalStateException(
                "Reranker input document count and returned score count mismatch: [" + expected + "] vs [" + scored.size() + "]"
            );
        }
        float[] scores = new float[expected];
        for (Endpoints.Scored one : scored) {
            scores[one.index()] = one.score();
        }
        return scores;
    }

    // Servers from 8.19 on say whether there are new scores, older ones do not
    // ask: each overrides one of the two, so that neither can be marked so.

    protected RankFeatureDoc[] preprocess(RankFeatureDoc[] docs, boolean haveNewScores) {
        return haveNewScores ? preprocess(docs) : docs; // without, the endpoint failed, and the search allows that
    }

    protected RankFeatureDoc[] preprocess(RankFeatureDoc[] docs) {
        return Arrays.stream(docs).filter(doc -> minScore == null || doc.score >= minScore).peek(doc -> {
            doc.score = nonNegative(doc.score);
        }).sorted().toArray(RankFeatureDoc[]::new);
    }

    /** A search score may not be negative: raw scores from 0 up move up by one, those below are mapped into 0..1. */
    private static float nonNegative(float raw) {
        return Math.max(raw, 0f) + Math.min((float) Math.exp(raw), 1f);
    }
}
