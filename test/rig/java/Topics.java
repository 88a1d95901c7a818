import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Topics, configurations, offsets and rights, by Kafka's own admin client. */
final class Topics {
  private static final Map<Map<String, Object>, Admin> CLIENTS = new ConcurrentHashMap<>();

  static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  static Admin admin(JsonNode arguments) {
    return CLIENTS.computeIfAbsent(Rig.clientProperties(arguments), Admin::create);
  }

  static void register(Map<String, Rig.Command> commands) {
    commands.put("createTopics", Topics::createTopics);
    commands.put("deleteTopics", arguments -> {
      var topics = names(arguments.get("topics"));
      admin(arguments).deleteTopics(topics).all().get();
      // the controller answers before the brokers have heard of it
      while (admin(arguments).listTopics().names().get().stream().anyMatch(topics::contains)) Thread.sleep(20);
      return Map.of();
    });
    commands.put("listTopics", arguments -> admin(arguments).listTopics().names().get());
    commands.put("createPartitions", arguments -> {
      var total = NewPartitions.increaseTo(arguments.get("total").asInt());
      var topic = arguments.get("topic").asText();
      admin(arguments).createPartitions(Map.of(topic, total)).all().get();
      var partitions = new ArrayList<TopicPartition>();
      addPartitions(partitions, topic, total.totalCount());
      untilLed(admin(arguments), partitions);
      return Map.of();
    });
    commands.put("alterConfigs", Topics::alterConfigs);
    commands.put("describeConfigs", Topics::describeConfigs);
    commands.put("describeTopics", Topics::describeTopics);
    commands.put("leaders", Topics::leaders);
    commands.put("describeCluster", arguments -> {
      var cluster = admin(arguments).describeCluster();
      return Map.of("clusterId", cluster.clusterId().get(), "brokers", cluster.nodes().get().size());
    });
    commands.put("listOffsets", Topics::listOffsets);
    commands.put("deleteRecords", arguments -> {
      var before = new HashMap<TopicPartition, RecordsToDelete>();
      for (JsonNode row : arguments.get("partitions")) {
        before.put(partition(row), RecordsToDelete.beforeOffset(row.get("before").asLong()));
      }
      admin(arguments).deleteRecords(before).all().get();
      return Map.of();
    });
    commands.put("createAcls", Topics::createAcls);
    commands.put("deleteAcls", arguments -> {
      var deleted = admin(arguments).deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
      return Map.of("deleted", deleted.size());
    });
    commands.put("createScramUser", Topics::createScramUser);
  }

  static List<String> names(JsonNode array) {
    var names = new ArrayList<String>();
    for (JsonNode name : array) names.add(name.asText());
    return names;
  }

  static TopicPartition partition(JsonNode row) {
    return new TopicPartition(row.get("topic").asText(), row.get("partition").asInt());
  }

  private static Object createTopics(JsonNode arguments) throws Exception {
    var topics = new ArrayList<NewTopic>();
    for (JsonNode topic : arguments.get("topics")) {
      var partitions = Optional.of((int) Rig.number(topic, "partitions", 1));
      topics.add(new NewTopic(topic.get("name").asText(), partitions, Optional.empty())
          .configs(Rig.strings(topic.get("configs"))));
    }
    var client = admin(arguments);
    client.createTopics(topics).all().get();
    var partitions = new ArrayList<TopicPartition>();
    for (var topic : topics) addPartitions(partitions, topic.name(), topic.numPartitions());
    untilLed(client, partitions);
    return Map.of();
  }

  private static void addPartitions(List<TopicPartition> partitions, String topic, int count) {
    for (int partition = 0; partition < count; partition++) partitions.add(new TopicPartition(topic, partition));
  }

  /**
   * Each leader has to answer before anybody writes: of two batches that an idempotent producer sends at once to a leader
   * that is not ready, the second may be taken first, and the first is then refused for ever.
   */
  private static void untilLed(Admin client, List<TopicPartition> partitions) throws Exception {
    long deadline = System.currentTimeMillis() + 30_000;
    while (true) {
      try {
        offsets(client, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
        return;
      } catch (ExecutionException notYet) {
        if (!(notYet.getCause() instanceof RetriableException) || System.currentTimeMillis() > deadline) throw notYet;
        Thread.sleep(20);
      }
    }
  }

  /** `configs` of a topic; a null value removes the entry. With `broker`, the whole cluster's dynamic configuration. */
  private static Object alterConfigs(JsonNode arguments) throws Exception {
    var resource = arguments.hasNonNull("topic")
        ? new ConfigResource(ConfigResource.Type.TOPIC, arguments.get("topic").asText())
        : new ConfigResource(ConfigResource.Type.BROKER, "");
    Collection<AlterConfigOp> operations = new ArrayList<>();
    arguments.get("configs").properties().forEach(entry -> {
      var remove = entry.getValue().isNull();
      var config = new ConfigEntry(entry.getKey(), remove ? "" : entry.getValue().asText());
      operations.add(new AlterConfigOp(config, remove ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET));
    });
    admin(arguments).incrementalAlterConfigs(Map.of(resource, operations)).all().get();
    // the controller answers before the brokers have heard of it; a value that they show otherwise is not waited for long
    for (int tries = 0; tries < 100 && !isShown(admin(arguments), resource, operations); tries++) Thread.sleep(20);
    return Map.of();
  }

  private static boolean isShown(Admin client, ConfigResource resource, Collection<AlterConfigOp> operations)
      throws Exception {
    var shown = client.describeConfigs(List.of(resource)).all().get().get(resource);
    return operations.stream().filter(one -> one.opType() == AlterConfigOp.OpType.SET).allMatch(one -> {
      var entry = shown.get(one.configEntry().name());
      return entry != null && (entry.isSensitive() || one.configEntry().value().equals(entry.value()));
    });
  }

  /** All entries of a topic's configuration, and which of them were set on the topic itself. */
  private static Object describeConfigs(JsonNode arguments) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, arguments.get("topic").asText());
    var config = admin(arguments).describeConfigs(List.of(resource)).all().get().get(resource);
    var all = new HashMap<String, String>();
    var own = new HashMap<String, String>();
    for (var entry : config.entries()) {
      all.put(entry.name(), entry.value());
      if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) own.put(entry.name(), entry.value());
    }
    return Map.of("all", all, "own", own);
  }

  private static Object describeTopics(JsonNode arguments) throws Exception {
    var described = admin(arguments).describeTopics(names(arguments.get("topics"))).allTopicNames().get();
    var topics = new ArrayList<Map<String, Object>>();
    described.values().forEach(topic -> topics.add(Map.of(
        "name", topic.name(), "topicId", topic.topicId().toString(), "partitions", topic.partitions().size())));
    return topics;
  }

  /** For each partition of the topics: the node that leads it (-1: none), and the nodes in sync. */
  private static Object leaders(JsonNode arguments) throws Exception {
    var described = admin(arguments).describeTopics(names(arguments.get("topics"))).allTopicNames().get();
    var rows = new ArrayList<Map<String, Object>>();
    described.values().forEach(topic -> topic.partitions().forEach(info -> rows.add(Map.of(
        "topic", topic.name(), "partition", info.partition(),
        "leader", info.leader() == null ? -1 : info.leader().id(),
        "inSync", info.isr().stream().map(node -> node.id()).sorted().toList()))));
    return rows;
  }

  /** For each partition of the topics: earliest, latest (high watermark) and latest for read_committed (LSO). */
  private static Object listOffsets(JsonNode arguments) throws Exception {
    var client = admin(arguments);
    var partitions = new ArrayList<TopicPartition>();
    var described = client.describeTopics(names(arguments.get("topics"))).allTopicNames().get();
    described.values().forEach(topic -> topic.partitions()
        .forEach(info -> partitions.add(new TopicPartition(topic.name(), info.partition()))));
    partitions.sort(ORDER);
    var earliest = offsets(client, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    var latest = offsets(client, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    var stable = offsets(client, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    var rows = new ArrayList<Map<String, Object>>();
    for (var partition : partitions) {
      rows.add(Map.of("topic", partition.topic(), "partition", partition.partition(),
          "earliest", earliest.get(partition), "latest", latest.get(partition), "stable", stable.get(partition)));
    }
    return rows;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin client, List<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) throws Exception {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    for (var partition : partitions) asked.put(partition, spec);
    var answered = new HashMap<TopicPartition, Long>();
    client.listOffsets(asked, new ListOffsetsOptions(isolation)).all().get()
        .forEach((partition, info) -> answered.put(partition, info.offset()));
    return answered;
  }

  private static Object createAcls(JsonNode arguments) throws Exception {
    var bindings = new ArrayList<AclBinding>();
    for (JsonNode row : arguments.get("acls")) {
      var type = ResourceType.fromString(row.get("resource").asText());
      var pattern = PatternType.fromString(Rig.text(row, "pattern", "literal").toUpperCase());
      var operation = AclOperation.fromString(row.get("operation").asText());
      var permission = AclPermissionType.fromString(Rig.text(row, "permission", "allow"));
      if (type.isUnknown() || operation.isUnknown() || pattern.isUnknown() || permission.isUnknown()) {
        throw new IllegalArgumentException("unknown word in " + row);
      }
      bindings.add(new AclBinding(
          new ResourcePattern(type, row.get("name").asText(), pattern),
          new AccessControlEntry(row.get("principal").asText(), "*", operation, permission)));
    }
    admin(arguments).createAcls(bindings).all().get();
    for (int tries = 0; tries < 250; tries++) {
      if (admin(arguments).describeAcls(AclBindingFilter.ANY).values().get().containsAll(bindings)) break;
      Thread.sleep(20);
    }
    return Map.of();
  }

  private static Object createScramUser(JsonNode arguments) throws Exception {
    var mechanism = ScramMechanism.fromMechanismName(arguments.get("mechanism").asText());
    var upsert = new UserScramCredentialUpsertion(
        arguments.get("username").asText(), new ScramCredentialInfo(mechanism, 4096), arguments.get("password").asText());
    admin(arguments).alterUserScramCredentials(List.of(upsert)).all().get();
    return Map.of();
  }

  private Topics() {}
}
