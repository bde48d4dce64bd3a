"""Where the pieces of a replay are read: in this process, in several, or by Apache Spark. One meaning, three sizes."""
