/** DescribeInstanceAttribute: one attribute of an instance, as it is now. */
import type { ReadTx } from "@casemate/store";
import type { InstanceAttribute, InstanceAttributeName } from "@casemate/wire/ec2";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { operation } from "../operation.ts";
import { instanceView } from "./instance-view.ts";
import { instances, type InstanceRow } from "./instance.ts";
import { openUserData } from "./user-data.ts";

interface Asked {
  readonly row: InstanceRow;
  readonly tx: ReadTx;
  readonly environment: CloudEnvironment;
}

/** Every attribute of the model. One that an instance does not have is empty, as on AWS. */
const readers: Readonly<Record<InstanceAttributeName, (asked: Asked) => InstanceAttribute>> = {
  blockDeviceMapping: ({ row, tx }) => ({
    BlockDeviceMappings: instanceView(row, tx).BlockDeviceMappings ?? [],
  }),
  disableApiStop: ({ row }) => ({ DisableApiStop: { Value: row.disableApiStop } }),
  disableApiTermination: ({ row }) => ({ DisableApiTermination: { Value: row.disableApiTermination } }),
  ebsOptimized: ({ row }) => ({ EbsOptimized: { Value: row.ebsOptimized } }),
  enaSupport: ({ row, tx }) => ({ EnaSupport: { Value: instanceView(row, tx).EnaSupport } }),
  enclaveOptions: ({ row, tx }) => ({ EnclaveOptions: instanceView(row, tx).EnclaveOptions }),
  groupSet: ({ row, tx }) => ({ Groups: instanceView(row, tx).SecurityGroups ?? [] }),
  instanceInitiatedShutdownBehavior: ({ row }) => ({
    InstanceInitiatedShutdownBehavior: { Value: row.shutdownBehavior },
  }),
  instanceType: ({ row }) => ({ InstanceType: { Value: row.instanceType } }),
  kernel: () => ({ KernelId: {} }),
  productCodes: ({ row, tx }) => ({ ProductCodes: instanceView(row, tx).ProductCodes ?? [] }),
  ramdisk: () => ({ RamdiskId: {} }),
  rootDeviceName: ({ row, tx }) => ({ RootDeviceName: { Value: instanceView(row, tx).RootDeviceName } }),
  sourceDestCheck: ({ row, tx }) => ({ SourceDestCheck: { Value: instanceView(row, tx).SourceDestCheck } }),
  sriovNetSupport: () => ({ SriovNetSupport: { Value: "simple" } }),
  userData: ({ row, environment }) => ({ UserData: { Value: openUserData(environment, row) } }),
};

export const describeInstanceAttribute = operation("DescribeInstanceAttribute", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(instances.target(call, input.InstanceId))],
  handle(tx, input, call) {
    const row = instances.fetch(tx, call, input.InstanceId);
    return {
      InstanceId: row.id,
      ...readers[input.Attribute]({ row, tx, environment: call.environment }),
    };
  },
});
