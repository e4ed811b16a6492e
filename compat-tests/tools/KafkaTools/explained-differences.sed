# Changes of the output of both systems before it is compared, each for a difference that is meant. Written for sed -E; one comment for each reason.

# Messages of the logging library, because the tools share a process.
/main ERROR Reconfiguration failed/d

# Apache Kafka prints the records as its Java classes show them; the file itself is compared.
/^Bootstrap metadata: /d

# Features that KafkaSharp does not serve yet are 0 in a new cluster.
/"name":"(group|share|streams|transaction)\.version"/d
/^Feature: (group|share|streams|transaction)\.version /d

# Apache Kafka prints an exception with its Java type.
s/^(Exception in thread "main" )?(java\.lang|org\.apache\.kafka\.[a-z.]+)\.[A-Za-z]+Exception: //

# Offsets of the metadata log.
s/Epoch: [0-9]+$/Epoch: …/

# Where an exception was thrown.
/^\tat /d

# Positions in the metadata log, and times.
s/^(HighWatermark: +)[0-9]+/\1…/
s/^(1\s+UUID\s+)[0-9]+(\s+0\s+)[0-9]+(\s+)[0-9]+/\1…\2…\3…/

# The loggers of a broker are its implementation's; those of KafkaSharp are not configs.
/^  [A-Za-z0-9.$]+=(TRACE|DEBUG|INFO|WARN|ERROR|FATAL) sensitive=false synonyms=\{\}$/d

# After an upgrade to 3.7-IV2 or later a broker tells the directories of its replicas: KafkaSharp at once, Apache Kafka when it becomes leader again.
/"PARTITION_CHANGE_RECORD".*"directories":\["UUID"\]\}\}$/d

# Which of several features that a downgrade would raise is named: those that KafkaSharp does not serve are at 0.
s/(Invalid update version 1 for feature )(group|kraft)(\.version\. Can't downgrade to a newer version)/\1…\3/
