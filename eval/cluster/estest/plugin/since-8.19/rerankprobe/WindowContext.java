package rerankprobe;

import org.elasticsearch.search.rank.context.RankFeaturePhaseRankCoordinatorContext;

/** For servers that can fall back to the first stage's order where the endpoint fails: from 8.19 on. */
abstract class WindowContext extends RankFeaturePhaseRankCoordinatorContext {

    WindowContext(int size, int from, int window, boolean allowFailures) {
        super(size, from, window, allowFailures);
    }
}
