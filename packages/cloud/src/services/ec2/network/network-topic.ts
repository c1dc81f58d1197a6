/** Wakes the network: wished by every change of a row that the network model is made from. */
export const networkTopic = "ec2/network";
