// SPDX-License-Identifier: GPL-2.0
// Device tables of several buses, in a part of a module.
#include <linux/input.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>

static const struct usb_device_id usb_ids[] = {
	{ .match_flags = USB_DEVICE_ID_MATCH_VENDOR | USB_DEVICE_ID_MATCH_DEV_LO, .idVendor = 0x1d6b, .bcdDevice_lo = 0x0199 },
	{ }
};
MODULE_DEVICE_TABLE(usb, usb_ids);

static const struct i2c_device_id i2c_ids[] = {
	{ "client-one" },
	{ "client-two", 2 },
	{ }
};
MODULE_DEVICE_TABLE(i2c, i2c_ids);

static const struct platform_device_id platform_ids[] = {
	{ "client" },
	{ }
};
MODULE_DEVICE_TABLE(platform, platform_ids);

static const struct acpi_device_id acpi_ids[] = {
	{ "PNP0C0A" },
	{ .cls = 0x010802, .cls_msk = 0xffff00 },
	{ }
};
MODULE_DEVICE_TABLE(acpi, acpi_ids);

static const struct hid_device_id hid_ids[] = {
	{ .bus = 3, .group = 0, .vendor = 0x46d, .product = 0xffffffff },
	{ }
};
MODULE_DEVICE_TABLE(hid, hid_ids);

static const struct input_device_id input_ids[] = {
	{ .flags = INPUT_DEVICE_ID_MATCH_EVBIT | INPUT_DEVICE_ID_MATCH_KEYBIT, .evbit = { BIT_MASK(EV_KEY) },
	  .keybit = { [BIT_WORD(KEY_POWER)] = BIT_MASK(KEY_POWER) } },
	{ }
};
MODULE_DEVICE_TABLE(input, input_ids);

static const struct dmi_system_id dmi_ids[] = {
	{ .matches = { DMI_MATCH(DMI_SYS_VENDOR, "Example: Corp"), DMI_EXACT_MATCH(DMI_PRODUCT_NAME, "One") } },
	{ }
};
MODULE_DEVICE_TABLE(dmi, dmi_ids);
