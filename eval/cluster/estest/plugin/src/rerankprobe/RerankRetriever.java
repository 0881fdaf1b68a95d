package rerankprobe;

import org.apache.lucene.search.ScoreDoc;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.search.rank.RankBuilder;
import org.elasticsearch.search.rank.RankDoc;
import org.elasticsearch.search.retriever.CompoundRetrieverBuilder;
import org.elasticsearch.search.retriever.RetrieverBuilder;
import org.elasticsearch.search.retriever.RetrieverParser;
import org.elasticsearch.search.retriever.RetrieverParserContext;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import static org.elasticsearch.xcontent.ConstructingObjectParser.constructorArg;
import static org.elasticsearch.xcontent.ConstructingObjectParser.optionalConstructorArg;

/** {@code text_similarity_reranker}: runs its child for the window and lets {@link RerankBuilder} put the window in a new order. */
final class RerankRetriever extends CompoundRetrieverBuilder<RerankRetriever> {

    static final String NAME = "text_similarity_reranker";

    private static final ParseField RETRIEVER = new ParseField("retriever");
    private static final ParseField INFERENCE_ID = new ParseField("inference_id");
    private static final ParseField INFERENCE_TEXT = new ParseField("inference_text");
    private static final ParseField FIELD = new ParseField("field");
    private static final ParseField WINDOW = new ParseField("rank_window_size");
    private static final ParseField ALLOW_FAILURES = new ParseField("allow_rerank_failures");

    /** What the user asked of the model; shared by all the copies that the rewriting makes. */
    record Order(String inferenceId, String inferenceText, String field, boolean allowFailures) {}

    private final Order order;
    private final Endpoints endpoints;

    private RerankRetriever(List<RetrieverSource> children, Order order, int window, Endpoints endpoints) {
        super(children, window);
        this.order = order;
        this.endpoints = endpoints;
    }

    static RetrieverParser<RerankRetriever> parser(Endpoints endpoints) {
        var parser = new ConstructingObjectParser<RerankRetriever, RetrieverParserContext>(NAME, false, args -> {
            String inferenceId = args[1] != null ? (String) args[1] : Endpoints.DEFAULT_ID;
            boolean allowFailures = args[5] != null && (boolean) args[5];
            List<RetrieverSource> child = new ArrayList<>();
            child.add(new RetrieverSource((RetrieverBuilder) args[0], null));
            return new RerankRetriever(
                child,
                new Order(inferenceId, (String) args[2], (String) args[3], allowFailures),
                args[4] != null ? (int) args[4] : RankBuilder.DEFAULT_RANK_WINDOW_SIZE,
                endpoints
            );
        });
        parser.declareNamedObject(constructorArg(), (p, c, name) -> p.namedObject(RetrieverBuilder.class, name, c), RETRIEVER);
        parser.declareString(optionalConstructorArg(), INFERENCE_ID);
        parser.declareString(constructorArg(), INFERENCE_TEXT);
        parser.declareString(constructorArg(), FIELD);
        parser.declareInt(optionalConstructorArg(), WINDOW);
        parser.declareBoolean(optionalConstructorArg(), ALLOW_FAILURES);
        parser.declareObjectArray(
            (retriever, filters) -> retriever.getPreFilterQueryBuilders().addAll(filters),
            (p, c) -> AbstractQueryBuilder.parseTopLevelQuery(p, c::trackQueryUsage),
            PRE_FILTER_FIELD
        );
        parser.declareString(RetrieverBuilder::retrieverName, NAME_FIELD);
        parser.declareFloat(RetrieverBuilder::minScore, MIN_SCORE_FIELD);
        return (p, context) -> {
            endpoints.requireLicense(NAME);
            return parser.apply(p, context);
        };
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    protected RerankRetriever clone(List<RetrieverSource> children, List<QueryBuilder> filters) {
        RerankRetriever copy = new RerankRetriever(children, order, rankWindowSize, endpoints);
        copy.preFilterQueryBuilders = filters;
        copy.minScore = minScore;
        copy.retrieverName = retrieverName;
        return copy;
    }

    @Override
    protected SearchSourceBuilder finalizeSourceBuilder(SearchSourceBuilder source) {
        return source.rankBuilder(new RerankBuilder(order, rankWindowSize, minScore, endpoints));
    }

    // Servers from 8.18 on say whether to explain, 8.17 does not: each overrides
    // one of the two, so that neither can be marked so.

    protected RankDoc[] combineInnerRetrieverResults(List<ScoreDoc[]> results, boolean explain) {
        return combineInnerRetrieverResults(results);
    }

    protected RankDoc[] combineInnerRetrieverResults(List<ScoreDoc[]> results) {
        ScoreDoc[] docs = results.get(0);
        RankDoc[] ranked = new RankDoc[docs.length];
        for (int i = 0; i < docs.length; i++) {
            ScoreDoc d = docs[i];
            ranked[i] = new RankDoc(d.doc, d.score, d.shardIndex);
            ranked[i].rank = i + 1;
        }
        return ranked;
    }

    @Override
    protected void doToXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field(RETRIEVER.getPreferredName(), innerRetrievers.get(0).retriever());
        builder.field(INFERENCE_ID.getPreferredName(), order.inferenceId);
        builder.field(INFERENCE_TEXT.getPreferredName(), order.inferenceText);
        builder.field(FIELD.getPreferredName(), order.field);
        builder.field(WINDOW.getPreferredName(), rankWindowSize);
        if (order.allowFailures) {
            builder.field(ALLOW_FAILURES.getPreferredName(), true);
        }
    }

    @Override
    public boolean doEquals(Object o) {
        return super.doEquals(o) && order.equals(((RerankRetriever) o).order);
    }

    @Override
    public int doHashCode() {
        return Objects.hash(super.doHashCode(), order);
    }
}
