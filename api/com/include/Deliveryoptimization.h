// Delivery Optimization: everything that a program written against the Windows header of this name
// needs: the job API, what Delivery Optimization adds to it, and downloads (IDO*).
#pragma once

#include "freshet/com/copy_callback.h"
#include "freshet/com/copy_file.h"
#include "freshet/com/copy_http.h"
#include "freshet/com/copy_job.h"
#include "freshet/com/copy_types.h"
#include "freshet/com/do_hresults.h"
#include "freshet/com/do_interfaces.h"
#include "freshet/com/do_types.h"
#include "freshet/com/events.h"
#include "freshet/com/objbase.h"
#include "freshet/com/safe_array.h"
#include "freshet/com/variant.h"

// Yields IBackgroundCopyManager and IDOManager.
class DeliveryOptimization;
FRESHET_UUID(CLSID, DeliveryOptimization, "5b99fa76-721c-423c-adac-56d03c8a8007");
