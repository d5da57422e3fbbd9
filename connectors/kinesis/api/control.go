package api

// addControl adds the actions on streams, consumers, tags and policies.
func (s *Server) addControl() {
	s.addStreams()
	s.addSettings()
	s.addConsumers()
	s.addTagging()
	s.addChannels()
}

func (s *Server) addStreams() {
	s.actions["CreateStream"] = handle(s.createStream)
	s.actions["DeleteStream"] = handle(s.deleteStream)
	s.actions["DescribeStream"] = handle(s.describeStream)
	s.actions["DescribeStreamSummary"] = handle(s.describeStreamSummary)
	s.actions["ListStreams"] = handle(s.listStreams)
	s.actions["ListShards"] = handle(s.listShards)
	s.actions["SplitShard"] = handle(s.splitShard)
	s.actions["MergeShards"] = handle(s.mergeShards)
	s.actions["UpdateShardCount"] = handle(s.updateShardCount)
}

func (s *Server) addSettings() {
	s.actions["DescribeLimits"] = handle(s.describeLimits)
	s.actions["DescribeAccountSettings"] = handle(s.describeAccountSettings)
	s.actions["UpdateAccountSettings"] = handle(s.updateAccountSettings)
	s.actions["UpdateStreamMode"] = handle(s.updateStreamMode)
	s.actions["UpdateMaxRecordSize"] = handle(s.updateMaxRecordSize)
	s.actions["UpdateStreamRecordDistributionStrategy"] = handle(s.updateDistribution)
	s.actions["UpdateStreamWarmThroughput"] = handle(s.updateWarmThroughput)
	s.actions["IncreaseStreamRetentionPeriod"] = handle(s.increaseRetention)
	s.actions["DecreaseStreamRetentionPeriod"] = handle(s.decreaseRetention)
	s.actions["StartStreamEncryption"] = handle(s.startEncryption)
	s.actions["StopStreamEncryption"] = handle(s.stopEncryption)
	s.actions["EnableEnhancedMonitoring"] = handle(s.enableMonitoring)
	s.actions["DisableEnhancedMonitoring"] = handle(s.disableMonitoring)
}

func (s *Server) addConsumers() {
	s.actions["RegisterStreamConsumer"] = handle(s.registerConsumer)
	s.actions["DeregisterStreamConsumer"] = handle(s.deregisterConsumer)
	s.actions["DescribeStreamConsumer"] = handle(s.describeConsumer)
	s.actions["ListStreamConsumers"] = handle(s.listConsumers)
}

func (s *Server) addTagging() {
	s.actions["AddTagsToStream"] = handle(s.addTags)
	s.actions["RemoveTagsFromStream"] = handle(s.removeTags)
	s.actions["ListTagsForStream"] = handle(s.listTags)
	s.actions["TagResource"] = handle(s.tagResource)
	s.actions["UntagResource"] = handle(s.untagResource)
	s.actions["ListTagsForResource"] = handle(s.listResourceTags)
	s.actions["PutResourcePolicy"] = handle(s.putPolicy)
	s.actions["GetResourcePolicy"] = handle(s.getPolicy)
	s.actions["DeleteResourcePolicy"] = handle(s.deletePolicy)
}
