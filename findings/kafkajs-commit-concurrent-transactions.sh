#!/usr/bin/env bash
# kafkajs 2.2.4 on Kafka 4.4.0: where a second producer initialises the same transactional id at the moment of a
# commit, the broker now and then answers EndTxn with CONCURRENT_TRANSACTIONS, and not with INVALID_PRODUCER_EPOCH
# (3.9.1 was not seen to). kafkajs calls that error retriable, does not ask again as it does elsewhere, and
# cannot be asked again: commit() then says that the transaction has ended. Whoever takes every error but fencing
# for a fault of the cluster meets it in a plain take-over.
# Needs Java 17, Maven and Node. Exits 0 as long as that is so.
set -euo pipefail
cd "$(mktemp -d)"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund kafkajs@2.2.4

cat >race.js <<'E'
const { Kafka, logLevel } = require('kafkajs');
const kafka = new Kafka({ brokers: ['127.0.0.1:' + process.argv[2]], logLevel: logLevel.NOTHING });
(async () => {
  const admin = kafka.admin();
  for (;;) {
    try { await admin.connect(); if ((await admin.describeCluster()).brokers.length) break; }
    catch { await new Promise((r) => setTimeout(r, 300)); }
  }
  await admin.createTopics({ topics: [{ topic: 't', numPartitions: 1 }], waitForLeaders: true });
  const seen = {};
  let again = '-';
  const newProducer = async (id) => {
    const producer = kafka.producer({ transactionalId: id, retry: { initialRetryTime: 25, retries: 12 } });
    await producer.connect();
    return producer;
  };
  const race = async (id) => {
    const [first, second] = await Promise.all([newProducer(id), newProducer(id)]);
    const transaction = await first.transaction();
    await transaction.send({ topic: 't', messages: [{ value: 'v' }] });
    const soon = () => new Promise((r) => setTimeout(r, Math.random() * 4));
    const [{ reason }] = await Promise.allSettled([
      soon().then(() => transaction.commit()),
      soon().then(() => second.transaction()),
    ]);
    const key = reason ? `commit ${reason.type} retriable=${reason.retriable}` : 'commit ok';
    seen[key] = (seen[key] ?? 0) + 1;
    if (key.startsWith('commit CONCURRENT'))
      again = await transaction.commit().then(() => 'committed', (e) => e.message);
    await Promise.all([first.disconnect(), second.disconnect()]);
  };
  const until = Date.now() + Number(process.argv[3]) * 1000;
  for (let round = 0; Date.now() < until && again === '-'; round += 1)
    await Promise.all([1, 2].map((n) => race(`id-${round}-${n}`)));
  console.log(JSON.stringify(seen, null, 1), '\ncommit() called again:', again);
  await admin.disconnect();
})();
E

run() {
  local version=$1 port controller
  port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
  controller=$((port + 1))
  mkdir "$version" && cd "$version"
  cat >pom.xml <<E
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>l</groupId>
<artifactId>s</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
E
  mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime
  cat >server.properties <<E
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
controller.listener.names=CONTROLLER
log.dirs=$PWD/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
E
  java -cp 'lib/*' kafka.tools.StorageTool format --cluster-id=AAAAAAAAAAAAAAAAAAAAAQ -c server.properties >log 2>&1
  java -Xmx384m -cp 'lib/*' kafka.Kafka server.properties >>log 2>&1 &
  broker=$!
  cd ..
  echo "Kafka $version, kafkajs 2.2.4"
  NODE_PATH=$PWD/node_modules node race.js "$port" "$2" | tee "$version.out"
  kill "$broker" && wait "$broker" || true
}

run 3.9.1 30
run 4.4.0 240
grep -q 'commit CONCURRENT_TRANSACTIONS retriable=true' 4.4.0.out && ! grep -q 'again: committed' 4.4.0.out &&
  ! grep -q 'commit CONCURRENT_TRANSACTIONS' 3.9.1.out
