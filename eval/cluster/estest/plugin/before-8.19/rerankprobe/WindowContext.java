package rerankprobe;

import org.elasticsearch.search.rank.context.RankFeaturePhaseRankCoordinatorContext;

/** For servers that know no fallback to the first stage's order: 8.17 and 8.18. */
abstract class WindowContext extends RankFeaturePhaseRankCoordinatorContext {

    WindowContext(int size, int from, int window, boolean allowFailures) {
        super(size, from, window);
    }
}
