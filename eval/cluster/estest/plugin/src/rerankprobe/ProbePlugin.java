package rerankprobe;

import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SearchPlugin;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.search.rank.RankBuilder;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Adds reranking with a small lexical model to a bare server, for testing programs that talk to a server with a real one. */
public final class ProbePlugin extends Plugin implements ActionPlugin, BareAnalysis, SearchPlugin {

    /** Set to false, the retriever and the inference API answer as they do under a licence that lacks them. */
    static final Setting<Boolean> LICENSED = Setting.boolSetting(
        "rerank_probe.licensed",
        true,
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private final Endpoints endpoints = new Endpoints();
    private ClusterService clusterService;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        clusterService = services.clusterService();
        clusterService.getClusterSettings().initializeAndWatch(LICENSED, endpoints::licensed);
        endpoints.start(services.threadPool());
        return List.of();
    }

    @Override
    public List<Setting<?>> getSettings() {
        return List.of(LICENSED);
    }

    @Override
    public List<RetrieverSpec<?>> getRetrievers() {
        return List.of(new RetrieverSpec<>(RerankRetriever.NAME, RerankRetriever.parser(endpoints)));
    }

    @Override
    public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
        return List.of(
            new NamedWriteableRegistry.Entry(RankBuilder.class, RerankBuilder.NAME, in -> new RerankBuilder(in, endpoints))
        );
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
        Settings settings,
        NamedWriteableRegistry namedWriteableRegistry,
        RestController restController,
        ClusterSettings clusterSettings,
        IndexScopedSettings indexScopedSettings,
        SettingsFilter settingsFilter,
        IndexNameExpressionResolver indexNameExpressionResolver,
        Supplier<DiscoveryNodes> nodesInCluster,
        Predicate<NodeFeature> clusterSupportsFeature
    ) {
        return List.of(
            new RestInfo(clusterService),
            new RestEndpoints(endpoints),
            new RestRerank(endpoints),
            new RestProbe(endpoints)
        );
    }
}
