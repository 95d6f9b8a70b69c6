package dev.syncline.spec;

import static dev.syncline.TinyModel.layers;
import static dev.syncline.TinyModel.serial;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Recurrent.Gru;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be is refused with the layer's path and the fix. */
class SpecRefusalTest {
  private static final Shape VECTOR = Shape.vector(4, 6);
  private static final Shape PICTURE = Shape.image(2, 5, 7, 3);

  static Stream<Arguments> misfits() {
    return Stream.of(
        of(
            VECTOR,
            new Attention(4, 0, new Span.Window(5), new Attention.Position.None()),
            "heads 4 must divide the width 6: change one"),
        of(
            VECTOR,
            Attention.over(2, new Span.Window(5)),
            "heads 2 must divide the width 6 into even parts"),
        of(
            VECTOR,
            new Conv1d(5, 3, 3, 1, false, true),
            "stride 3 must divide the 4 rows of a tick"),
        of(VECTOR, new Conv1d(5, 3, 1, 1, true, true), "keeps the channels: set out to 6"),
        of(VECTOR, new PoolRows(Pooling.MEAN, 3), "rows 3 must divide the 4 rows of a tick"),
        of(VECTOR, new Embedding(5, 8), "an embedding reads rows of one number, not 4×6"),
        of(PICTURE, new Embedding(5, 8), "an embedding reads rows of one number"),
        of(
            VECTOR,
            new Residual(new Linear(7, true)),
            "turn 4×6 into 4×7: a residual needs them alike"),
        of(VECTOR, new Residual(new PoolRows(Pooling.MAX, 2)), "turn 4×6 into 2×6"),
        of(VECTOR, new Fusion.Concat(), "one stream alone cannot be fused: leave the layer out"),
        of(VECTOR, new Conv2d(4, 3, 1, 1, false, true), "reads pictures, not vectors (4×6)"),
        of(VECTOR, new Pool2d(Pooling.MAX, 2, 2), "reads pictures, not vectors"),
        of(VECTOR, new GlobalPool(Pooling.MAX), "reads pictures, not vectors"),
        of(
            PICTURE,
            new Linear(4, true),
            "reads vectors, not pictures (2×5·7·3): put a global_pool"),
        of(PICTURE, new Gru(4), "reads vectors, not pictures"),
        of(PICTURE, new Memory(1, 2, new Memory.Store.Competing()), "reads vectors, not pictures"),
        of(PICTURE, new Positions.Sinusoids(), "reads vectors, not pictures"),
        of(PICTURE, chain(Output.Kind.MULTI_LABEL, 0), "reads vectors, not pictures"),
        of(
            Shape.vector(1, 1),
            chain(Output.Kind.ONE_LABEL, 0),
            "one label alone always holds: a chain of one_label needs two or more"),
        of(VECTOR, new Memory(4, 2, new Memory.Store.Box(3)), "heads 4 must divide the width 6"),
        of(
            VECTOR,
            new Exchange.MergedAttention(Attention.over(1, new Span.Window(3)), true),
            "one stream alone has nothing to attend to"),
        of(VECTOR, new Exchange.GraphAttention(1, 3), "one stream alone has nothing to attend to"),
        of(VECTOR, new Fusion.Gated(3), "one stream alone cannot be fused"),
        of(PICTURE, new RmsNorm(1e-5f), "reads vectors, not pictures"),
        of(PICTURE, new Absent(), "reads vectors, not pictures"),
        of(PICTURE, new Standardize(3, 0.05f), "reads vectors, not pictures"),
        of(
            PICTURE,
            new Attention(1, 0, new Span.Window(3), new Attention.Position.None()),
            "reads vectors, not pictures"),
        of(PICTURE, new Conv1d(4, 3, 1, 1, false, true), "reads vectors, not pictures"),
        of(PICTURE, new PoolRows(Pooling.MAX, 2), "reads vectors, not pictures"),
        of(PICTURE, new FeedForward(4, Function.RELU), "reads vectors, not pictures"),
        of(PICTURE, new Conv2d(4, 3, 1, 1, true, true), "keeps the channels: set out to 3"),
        of(
            PICTURE,
            new Conv2d(4, 6, 1, 0, false, true),
            "kernel of 6 is larger than the padded picture"),
        of(PICTURE, new Pool2d(Pooling.MAX, 6, 1), "kernel of 6 is larger than the padded picture"),
        of(VECTOR, new Linear(1 << 28, true), "a row of form [268435456] cannot be: every size"),
        of(
            VECTOR,
            new Each(layers("audo", new Absent())),
            "there is no stream \"audo\", only [x]"));
  }

  private static Chain chain(Output.Kind kind, int lag) {
    return new Chain(kind, Chain.Decode.MARGINALS, lag);
  }

  private static Arguments of(Shape in, Layer layer, String message) {
    return Arguments.of(in, layer, message);
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void aLayerThatDoesNotFitIsRefusedWithItsPath(Shape in, Layer layer, String message) {
    assertThatThrownBy(() -> Node.resolve(serial("enc", serial("b", layer)), Map.of("x", in)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("layer enc.b")
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Node.resolve(layer, Map.of("x", in)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("layer \\(root\\): .*|layer (inner|up): .*");
  }

  private static Map<String, Shape> two(Shape a, Shape b) {
    Map<String, Shape> in = new LinkedHashMap<>();
    in.put("audio", a);
    in.put("visual", b);
    return in;
  }

  @Test
  void streamsThatDoNotFitTogetherAreRefused() {
    assertThatThrownBy(
            () ->
                Node.resolve(serial("fuse", new Fusion.Concat()), two(VECTOR, Shape.vector(2, 6))))
        .hasMessageStartingWith("layer fuse: the streams have different rows a tick")
        .hasMessageContaining("audio=4×6")
        .hasMessageEndingWith("pool or stride them alike first");
    assertThatThrownBy(() -> Node.resolve(new Fusion.Concat(), two(VECTOR, PICTURE)))
        .hasMessageContaining("reads vectors, not pictures");
    Shape narrow = Shape.vector(4, 5);
    assertThatThrownBy(() -> Node.resolve(new Fusion.Combine(Fusion.How.MAX), two(VECTOR, narrow)))
        .hasMessageContaining("the streams have different widths")
        .hasMessageEndingWith("put a linear before each, or concat");
    Attention attention = new Attention(2, 0, new Span.Window(3), new Attention.Position.None());
    assertThatThrownBy(
            () ->
                Node.resolve(
                    new Exchange.CrossAttention("audio", "text", attention, true),
                    two(VECTOR, narrow)))
        .hasMessage("layer (root): there is no stream \"text\", only [audio, visual]");
    assertThatThrownBy(
            () ->
                Node.resolve(
                    new Exchange.CrossAttention("visual", "audio", attention, true),
                    two(VECTOR, narrow)))
        .hasMessageContaining("heads 2 must divide the width 5");
    assertThatThrownBy(
            () ->
                Node.resolve(
                    new Exchange.MergedAttention(attention, true), two(VECTOR, Shape.vector(1, 4))))
        .hasMessageContaining("the streams have different widths");
    Layer graph = serial("meet", new Exchange.GraphAttention(4, 3));
    assertThatThrownBy(() -> Node.resolve(graph, two(Shape.vector(1, 8), Shape.vector(2, 4))))
        .hasMessageStartingWith("layer meet: the streams have different widths: {audio=1×8, visual")
        .hasMessageEndingWith("put a linear before each");
    assertThatThrownBy(() -> Node.resolve(graph, two(VECTOR, VECTOR)))
        .hasMessage("layer meet: heads 4 must divide the width 6: change one of them");
    assertThatThrownBy(() -> Node.resolve(graph, two(Shape.vector(1, 8), PICTURE)))
        .hasMessageStartingWith("layer meet: reads vectors, not pictures (2×5·7·3)");
    assertThatThrownBy(
            () ->
                Node.resolve(
                    serial("meet", new Exchange.MergedAttention(attention, true)),
                    two(Shape.vector(99_991, 2), Shape.vector(99_989, 2))))
        .hasMessageStartingWith("layer meet: streams of [99991, 99989] rows a tick share no clock")
        .hasMessageEndingWith("pool or stride them alike first");
    assertThatThrownBy(() -> Node.resolve(serial("gru", new Gru(3)), two(VECTOR, VECTOR)))
        .hasMessage("layer gru: reads one stream, not the bundle [audio, visual]: fuse them first");
    assertThatThrownBy(
            () ->
                Node.resolve(
                    new Parallel(layers("a", new Each(layers("audio", new Absent())))),
                    two(VECTOR, VECTOR)))
        .hasMessageContaining("layer a: reads one stream, not the bundle");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'linear','out':0} | out must be at least 1, is 0",
        "{'type':'attention','heads':2,'span':{'type':'window','rows':0}} | span: rows must be at least 1, is 0",
        "{'type':'attention','heads':0,'span':{'type':'window','rows':3}} | heads must be at least 1, is 0",
        "{'type':'graph_attention','heads':0,'past':3} | heads must be at least 1, is 0",
        "{'type':'graph_attention','heads':1,'past':0} | past must be at least 1, is 0",
        "{'type':'graph_attention','heads':1,'past':2000000000} | past must be at most 1000000 rows",
        "{'type':'gru','units':-1} | units must be at least 1, is -1",
        "{'type':'conv1d','out':3,'kernel':2,'stride':5} | a stride of 5 skips rows",
        "{'type':'conv1d','out':3,'kernel':0} | kernel must be at least 1",
        "{'type':'conv1d','out':3,'kernel':3,'dilation':0} | dilation must be at least 1",
        "{'type':'conv1d','out':3,'kernel':2000000000,'dilation':3} | remembers 5999999997 rows",
        "{'type':'attention','heads':1,'span':{'type':'window','rows':2000000000}} | rows must be at most",
        "{'type':'conv2d','out':3,'kernel':3,'padding':3} | padding must be from 0 to kernel - 1 = 2",
        "{'type':'conv2d','out':3,'kernel':3,'padding':-1} | padding must be from 0",
        "{'type':'pool2d','pooling':'max','kernel':2,'stride':0} | stride must be at least 1",
        "{'type':'pool_rows','pooling':'max','rows':0} | rows must be at least 1",
        "{'type':'pool_rows','pooling':'mex','rows':2} | pooling: unknown value `mex`, did you mean `max`?",
        "{'type':'embedding','count':0,'width':2} | count must be at least 1",
        "{'type':'feed_forward','hidden':0} | hidden must be at least 1",
        "{'type':'dropout','p':1} | p must be at least 0 and below 1, is 1.0",
        "{'type':'standardize','clip':0} | clip must be above 0",
        "{'type':'standardize','clip':1e308} | clip: must be a number of 32 bits, is 1.0E308",
        "{'type':'layer_norm','epsilon':-1} | epsilon must be above 0",
        "{'type':'rms_norm','epsilon':0} | epsilon must be above 0",
        "{'type':'serial','layers':{}} | at least one layer is needed",
        "{'type':'serial','layers':{'a.b':{'type':'absent'}}} | the name `a.b` must be a letter",
        "{'type':'atention','heads':1} | unknown type `atention`, did you mean `attention`?",
        "{'type':'attention','heads':1,'spam':2} | unknown key `spam`, did you mean `span`?",
        "{'type':'attention','heads':1} | the field `span` is missing",
        "{'type':'attention','heads':4,'key_heads':3,'span':{'type':'window','rows':3}} | key_heads 3 must divide heads 4",
        "{'type':'attention','heads':4,'key_heads':-1,'span':{'type':'window','rows':3}} | key_heads -1 must divide",
        "{'type':'attention','heads':1,'span':{'type':'sinks','first':0,'rows':3}} | first must be at least 1",
        "{'type':'attention','heads':1,'span':{'type':'sinks','first':999999,'rows':3}} | first + rows must be at most",
        "{'type':'attention','heads':1,'span':{'type':'strided','rows':3,'stride':0,'count':3}} | stride must be",
        "{'type':'attention','heads':1,'span':{'type':'strided','rows':3,'stride':3,'count':0}} | count must be",
        "{'type':'attention','heads':1,'span':{'type':'strided','rows':3,'stride':99999,'count':99999}} | at most",
        "{'type':'attention','heads':1,'span':{'type':'blocks','rows':3,'before':-1}} | before must not be negative",
        "{'type':'attention','heads':1,'span':{'type':'blocks','rows':99999,'before':99999}} | rows·(before + 1) must",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':0,'branch':2,'slots':1,'levels':1}} | recent must be at least 1",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':1,'slots':1,'levels':1}} | branch must be at least 2",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':-2,'slots':1,'levels':2}} | branch must be at least 2",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':2,'slots':0,'levels':1}} | slots must be at least 1",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':2,'slots':1,'levels':-1}} | levels must be at least 1",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':2000000000,'branch':2,'slots':2000000000,'levels':1}} | recent + slots·levels must be at most",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':2,'slots':99999,'levels':99999}} | recent + slots·levels must be at most",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':2,'slots':1,'levels':20}} | branch^levels must be at most",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':1,'branch':2147483647,'slots':1,'levels':9999}} | branch^levels must be at most",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':3,'branch':2,'slots':1,'levels':1},'position':{'type':'alibi'}} | alibi needs the distance of each row",
        "{'type':'attention','heads':1,'span':{'type':'summaries','recent':3,'branch':2,'slots':1,'levels':1},'position':{'type':'relative','most':4}} | most 4 must be at most the span's recent 3",
        "{'type':'attention','heads':1,'span':{'type':'window','rows':3},'position':{'type':'relative','most':0}} | most must be at least 1",
        "{'type':'attention','heads':1,'span':{'type':'window','rows':3},'position':{'type':'alibis'}} | did you mean `alibi`?",
        "{'type':'learned_positions','period':0} | period must be at least 1",
        "{'type':'memory','heads':1,'latents':0,'store':{'type':'competing'}} | latents must be at least 1",
        "{'type':'memory','heads':0,'latents':1,'store':{'type':'competing'}} | heads must be at least 1",
        "{'type':'memory','heads':1,'latents':1,'store':{'type':'box','rows':0}} | rows must be at least 1",
        "{'type':'memory','heads':1,'latents':1,'store':{'type':'decay','half_life':0}} | half_life must be above 0",
        "{'type':'memory','heads':1,'latents':1,'store':{'type':'decai'}} | did you mean `decay`?",
        "{'type':'cross_attention','query':'a','memory':'a','attention':{'heads':1,'span':{'type':'window','rows':3}}} | query and memory are both `a`",
        "{'type':'cross_attention','query':'a','memory':'b','attention':{'heads':0,'span':{'type':'window','rows':3}}} | attention: heads must be",
        "{'type':'chain','kind':'one_label','lag':-1} | lag must be from 0 to 10000 rows, is -1",
        "{'type':'chain','kind':'one_label','lag':10001} | lag must be from 0 to 10000 rows",
        "{'type':'chain','kind':'one_lable'} | unknown value `one_lable`, did you mean `one_label`?",
        "{'type':'chain','kind':'one_label','decode':'viterby'} | did you mean `viterbi`?",
        "{'type':'chain'} | the field `kind` is missing",
        "{'type':'gated','units':0} | units must be at least 1",
        "{'type':'low_rank','units':1,'rank':0} | rank must be at least 1",
        "{'type':'combine','how':'men'} | did you mean `mean`?",
        "{'type':'rnn','units':0} | units must be at least 1",
        "{'type':'rnn','units':2,'function':'gelu'} | unknown value `gelu`",
        "{'type':'lstm','units':0} | units must be at least 1",
        "{'type':'linear_recurrence','units':0} | units must be at least 1",
        "{'heads':1} | the field `type` is missing",
      })
  void aLayerInAFileIsRefusedWithItsPlace(String layer, String message) {
    String json = "{'type':'serial','layers':{'block':" + layer + "}}";
    assertThatThrownBy(
            () -> Records.read(Layer.class, Json.parse("model.json", json.replace('\'', '"'))))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("model.json: layers.block")
        .hasMessageContaining(message.replace('`', '"'));
  }

  private static void refusedModel(String from, String to, String message) {
    String json = TinyModel.spec().json().compact();
    assertThat(json).contains(from);
    assertThatThrownBy(
            () -> Records.read(ModelSpec.class, Json.parse("model.json", json.replace(from, to))))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("model.json: ")
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void aModelThatCannotBeIsRefused() {
    refusedModel("syncline-model/1", "syncline-model/9", "\"syncline-model/9\" is not known");
    refusedModel("\"delay\":0", "\"delay\":-1", "delay must be from 0 to 10000 ticks, is -1");
    refusedModel("\"tick_ms\":100", "\"tick_ms\":0", "a tick must last from 1 ms to 1 h");
    refusedModel("\"tick_ms\":100", "\"tick_ms\":1e300", "a tick must last from 1 ms to 1 h");
    refusedModel("\"tick_ms\":100", "\"tick_ms\":105", "modality audio: a rate of");
    refusedModel("\"drum\",", "", "output heard is 1×3, its labels ask for 1×2 (one row a tick)");
    refusedModel("\"drum\"", "\"bell\"", "an output needs labels, each once");
    refusedModel("\"outputs\":{\"heard\"", "\"outputs\":{\"herd\"", "the tree gives [heard, seen]");
    refusedModel("\"name\":\"tiny\"", "\"nam\":\"tiny\"", "unknown key \"nam\", did you mean");
    refusedModel("\"heads\":3", "\"heads\":4", "layer attention.inner.attn: heads 4 must divide");
    refusedModel("\"on\":0.5", "\"on\":1.5", "thresholds must be 0 < off <= on <= 1");
    refusedModel("\"min_ticks\":2", "\"min_ticks\":0", "min_ticks must be at least 1");
    refusedModel("\"source_hz\":10", "\"source_hz\":9", "rates must be 0 < rate_hz <= source_hz");
    refusedModel(
        "\"source_hz\":10", "\"source_hz\":1e308", "source_hz <= 1e6, are 10.0 and 1.0E308");
    refusedModel("\"units\":14", "\"units\":30000", "tensor gru.weight_hh");
  }

  @Test
  void aChainThatDoesNotFitItsOutputIsRefused() {
    ModelSpec late = TinyModel.spec(4);
    Chain heard = chain(Output.Kind.MULTI_LABEL, 4);
    Chain seen = chain(Output.Kind.ONE_LABEL, 0);
    assertThat(TinyModel.chained(late, heard, seen).chain("heard").orElseThrow().path())
        .isEqualTo("heads.heard.chain");
    assertThat(late.chain("heard")).isEmpty();
    assertThatThrownBy(() -> TinyModel.chained(late, chain(Output.Kind.MULTI_LABEL, 5), seen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layer heads.heard.chain: the chain's lag of 5 ticks is above the model's delay of 4: set delay to 5");
    assertThatThrownBy(() -> TinyModel.chained(late, heard, chain(Output.Kind.MULTI_LABEL, 0)))
        .hasMessage(
            "layer heads.seen.chain: the chain is of kind multi_label, its output of kind one_label: make them alike");
    assertThatThrownBy(
            () ->
                TinyModel.spec(
                    0,
                    TinyModel.senses(),
                    "each",
                    new Each(
                        layers(
                            "audio",
                            serial("pool", new PoolRows(Pooling.MEAN, 10), "chain", seen),
                            "visual",
                            new GlobalPool(Pooling.MEAN))),
                    "fuse",
                    new Fusion.Concat()))
        .hasMessage("layer each.audio.chain: a chain must be the last layer of an output's head");
    Map<String, Layer> behind = new LinkedHashMap<>(((Serial) late.body()).layers());
    behind.put(
        "heads",
        new Parallel(
            layers(
                "heard",
                serial("logits", new Linear(3, true), "chain", heard, "drop", new Dropout(0)),
                "seen",
                new Linear(2, true))));
    assertThatThrownBy(() -> body(late, new Serial(behind)))
        .hasMessageStartingWith("layer heads.heard.chain: a chain must be the last layer");
    Map<String, Layer> wide = new LinkedHashMap<>(((Serial) late.body()).layers());
    wide.put(
        "heads",
        new Parallel(
            layers(
                "heard",
                serial("logits", new Linear(4, true), "chain", heard),
                "seen",
                new Linear(2, true))));
    assertThatThrownBy(() -> body(late, new Serial(wide)))
        .hasMessage("output heard is 1×4, its labels ask for 1×3 (one row a tick)");
  }

  private static ModelSpec body(ModelSpec spec, Layer body) {
    return new ModelSpec(
        spec.format(),
        spec.name(),
        spec.tickMs(),
        spec.delay(),
        spec.modalities(),
        body,
        spec.outputs());
  }

  @Test
  void aStreamThatWouldKeepTooMuchIsRefused() {
    assertThatThrownBy(
            () ->
                TinyModel.spec(
                    0,
                    Map.of("audio", TinyModel.senses().get("audio")),
                    "wide",
                    new Linear(400, true),
                    "attn",
                    Attention.over(1, new Span.Window(1_000_000))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a stream would keep 801000000 numbers");
  }

  @Test
  void anOutputOfSeveralRowsATickIsRefused() {
    assertThatThrownBy(
            () ->
                TinyModel.spec(
                    0, Map.of("audio", TinyModel.senses().get("audio")), "gru", new Gru(4)))
        .hasMessageContaining("output heard is 10×3, its labels ask for 1×3 (one row a tick)");
  }

  @Test
  void anEncoderThatDoesNotFitItsRowsIsRefused() {
    FrontEnd audio = TinyModel.senses().get("audio").frontEnd();
    assertThatThrownBy(() -> encoder(audio, 96, 3, List.of(1, 96, 16)))
        .hasMessageContaining("modality audio: hop_rows 3 must divide the 10 rows of a tick");
    assertThatThrownBy(() -> encoder(audio, 96, 10, List.of(1, 96, 64)))
        .hasMessageContaining("input [1, 96, 64] is not 96 rows of [16]");
    assertThatThrownBy(() -> encoder(audio, 96, 10, List.of(1, 1 << 30, 1 << 30)))
        .hasMessageContaining("an encoder's tensor of shape");
    assertThatThrownBy(() -> encoder(audio, 96, 10, List.of(1, -1, 16)))
        .hasMessageContaining("an encoder's tensor of shape");
    assertThatThrownBy(
            () -> new FrozenEncoder("../x.onnx", "i", List.of(1), "o", 4, 1, 1, 0.5, List.of()))
        .hasMessageContaining("encoders/NAME.onnx inside the model folder");
    assertThatThrownBy(
            () -> new FrozenEncoder("encoders/x.onnx", "i", List.of(1), "o", 4, 1, 1, 0, List.of()))
        .hasMessageContaining("min_valid must be above 0");
  }

  private static ModelSpec encoder(FrontEnd audio, int window, int hop, List<Integer> shape) {
    FrozenEncoder e =
        new FrozenEncoder("encoders/a.onnx", "in", shape, "out", 8, window, hop, 0.5, List.of());
    return TinyModel.spec(
        0, Map.of("audio", new Modality(audio, Optional.of(e))), "gru", new Gru(4));
  }

  @Test
  void shapesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> Shape.vector(0, 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Shape.vector(3, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Shape.image(1, 1 << 20, 1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Shape(1, List.of(2, 3)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Shape.vector(1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
